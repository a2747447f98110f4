// Looks at the page again and again, and shows how far it is, until there is nothing to wait for.
const here = document.querySelector("[data-progress]");
async function look() {
  try {
    const response = await fetch(location.href);
    if (response.ok) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const now = page.querySelector("[data-progress]");
      if (now === null) return location.reload();
      here.replaceChildren(...now.childNodes);
    }
  } catch {
    // Not reached; the next look may.
  }
  setTimeout(look, 1000);
}
setTimeout(look, 1000);
