// Which key does what? In the band, and on the page around it where nothing else has the focus.

const TYPED = "input:not([type=range]), textarea, select, [contenteditable]";
const PRESSED = "button, summary, a";

class Keys {
  constructor($, band) {
    this.$ = $;
    this.band = band;
    this.bound = {
      arrowleft: () => band.drag(band.position - 1),
      arrowright: () => band.drag(band.position + 1),
      "shift+arrowleft": () => this.alike(-1),
      "shift+arrowright": () => this.alike(1),
      home: () => band.drag(Math.min(1, band.head)),
      end: () => band.drag(band.head),
      " ": () => band.player.toggle(),
      a: () => band.pins.pin("a"),
      b: () => band.pins.pin("b"),
      "+": () => band.zoom(0.5),
      "=": () => band.zoom(0.5),
      "-": () => band.zoom(2),
      0: () => band.whole(),
      "[": () => band.truth.flip(-1),
      "]": () => band.truth.flip(1),
      "/": () => $("words").focus(),
      "?": () => $("keys-list").showModal(),
    };
    this.heard = (event) => this.press(event);
    document.addEventListener("keydown", this.heard);
    $("help").onclick = () => $("keys-list").showModal();
    $("close-keys").onclick = () => $("keys-list").close();
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.composedPath()[0];
    if (!this.ours(target) || (event.key === " " && target.closest(PRESSED))) return;
    const key = event.key.toLowerCase();
    const action = this.bound[event.shiftKey && key.startsWith("arrow") ? `shift+${key}` : key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  // Tables, tabs and fields have their own keys: only the band and the bare page are ours.
  ours(target) {
    if (!(target instanceof Element) || target.closest(TYPED) || this.$("keys-list").open) return false;
    return this.band.root.contains(target) || target.matches("body, html, [data-testid=stMain]");
  }

  // Only the server knows the types of all events.
  alike(direction) {
    this.band.tell("alike", [this.band.position, direction]);
  }

  dispose() {
    document.removeEventListener("keydown", this.heard);
  }
}
