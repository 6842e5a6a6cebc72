// Tells HQ the browser's time zone, so that pages show times as the person's own clock does.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.split("; ").includes("tz=" + encodeURIComponent(zone))) {
  document.cookie = "tz=" + encodeURIComponent(zone) + "; path=/; max-age=31536000; secure; samesite=strict";
}
// Filters take effect at once; the button serves those without scripts.
document.addEventListener("change", event => {
  if (event.target.matches(".filters select")) {
    event.target.form.requestSubmit();
  }
});
// A file can be dropped anywhere on its form, and is sent at once.
for (const form of document.querySelectorAll("form.drop")) {
  const input = form.querySelector("input[type=file]");
  form.addEventListener("dragover", event => {
    event.preventDefault();
    form.classList.add("over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", event => {
    event.preventDefault();
    form.classList.remove("over");
    if (event.dataTransfer.files.length === 1) {
      input.files = event.dataTransfer.files;
      form.requestSubmit();
    }
  });
}
