// Comforts for every page; all of them work without.

// Copies what stands beside the button.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = button.parentElement.querySelector("code").textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.parentElement.querySelector("code"));
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => button.textContent = "Copy", 2000);
  });
}

// Moments in the reader's own time zone; UTC stays as the tooltip.
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
export function showMoments(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    time.title = time.textContent;
    time.textContent = moment.format(new Date(time.dateTime));
  }
}
showMoments(document);

// One open menu at a time; Escape and a click elsewhere close it.
const menus = document.querySelectorAll("details.switch, details.confirm, details.top-menu");
const close = (except) => menus.forEach((menu) => menu !== except && (menu.open = false));
for (const menu of menus) menu.addEventListener("toggle", () => menu.open && close(menu));
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" &&
    document.querySelector("details[open].switch, details[open].confirm, details[open].top-menu");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => close(event.target.closest("details")));

// One click more sends a form no second time; it may be sent again after going back to it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
