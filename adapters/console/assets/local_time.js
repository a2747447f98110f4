// Lets people write times in their own zone: the hidden field beside tells the server which.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const offset of document.querySelectorAll("[data-offset-of]")) {
  const time = offset.form.elements[offset.dataset.offsetOf];
  const hint = document.getElementById(`${time.name}-hint`);
  hint.textContent = hint.textContent.replace("In UTC", `In your time zone (${zone})`);
  offset.form.addEventListener("submit", () => {
    // Of that day, not of today: summer time.
    const minutes = -new Date(time.value || Date.now()).getTimezoneOffset();
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    const two = (number) => String(number).padStart(2, "0");
    offset.value = `${minutes < 0 ? "-" : "+"}${two(hours)}:${two(rest)}`;
  });
}
