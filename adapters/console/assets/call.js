// Follows a call until it has ended and all of it is there, and plays its recording from any turn.
import { showMoments } from "./console.js";

const call = document.getElementById("call");
const news = document.getElementById("call-news");
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

if (call) {
  listen(call);
  follow();
}

// The page's address answers when the status is no longer the one named, or after a while.
async function follow() {
  let failures = 0;
  while (call.dataset.after || call.dataset.again) {
    const { after, again } = call.dataset;
    const address = new URL(location.href);
    if (after) address.searchParams.set("after", after);
    await pause(after ? 300 : again * 1000);
    try {
      const response = await fetch(address, {
        headers: { Accept: "text/html" },
        signal: AbortSignal.timeout(40_000),
      });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById("call");
      if (fresh) {
        failures = 0;
        replace(fresh);
      } else if (response.status < 500) {
        return tell("This page no longer updates by itself. Load it again.");
      } else {
        throw new Error("not now");
      }
    } catch {
      failures++;
      if (failures === 2) tell("The connection is lost. Trying again …");
      await pause(Math.min(10_000, 500 * 2 ** failures));
    }
  }
}

// Puts the parts that differ in place, and leaves the others alone with whatever has the focus.
function replace(fresh) {
  // In a parsed page these are live elements, and one of them would load the page anew.
  for (const each of fresh.querySelectorAll("noscript")) each.remove();
  for (const parsed of fresh.querySelectorAll("[data-part]")) {
    // A copy of this document: a player of another one's never loads anything.
    const part = document.importNode(parsed, true);
    showMoments(part);
    listen(part);
    const old = call.querySelector(`[data-part="${part.dataset.part}"]`);
    const audio = old.querySelector("audio");
    if ((audio && !audio.paused) || part.isEqualNode(old)) continue;
    old.replaceWith(part);
  }
  const told = call.dataset.news;
  for (const name of ["after", "again", "news"]) {
    if (name in fresh.dataset) call.dataset[name] = fresh.dataset[name];
    else delete call.dataset[name];
  }
  if (fresh.dataset.news !== told || !news.classList.contains("unseen")) {
    news.className = "unseen";
    news.textContent = fresh.dataset.news;
  }
}

function tell(text) {
  news.className = "notice warn";
  news.textContent = text;
}

// Makes buttons of the turns' times, and marks the turn that is heard.
function listen(root) {
  const audio = root.querySelector("audio");
  if (!audio) return;
  const turns = [...root.querySelectorAll("[data-start]")];
  for (const turn of turns) {
    const time = turn.querySelector(".turn-time");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "turn-time";
    button.textContent = time.textContent;
    button.setAttribute("aria-label", `Play from ${time.textContent}`);
    button.addEventListener("click", () => {
      audio.currentTime = Number(turn.dataset.start);
      audio.play();
    });
    time.replaceWith(button);
  }
  audio.addEventListener("timeupdate", () => {
    const heard = turns.findLast(({ dataset }) => Number(dataset.start) <= audio.currentTime);
    for (const turn of turns) {
      if (turn === heard) turn.setAttribute("aria-current", "true");
      else turn.removeAttribute("aria-current");
    }
  });
  audio.addEventListener("error", () => renew(audio));
  if (audio.error) renew(audio);
}

// Links to recordings are good for a while only: whoever comes back later gets a new one, but not
// again and again when it is the recording that is missing.
async function renew(audio) {
  const now = Date.now();
  if (now - (audio.renewedAt ?? 0) < 60_000) return;
  audio.renewedAt = now;
  const { currentTime, paused } = audio;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const link = page.querySelector("#call audio")?.getAttribute("src");
  if (!link) return;
  audio.src = link;
  audio.currentTime = currentTime;
  if (!paused) audio.play();
}
