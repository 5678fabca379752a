// What does the third pane tell? What this event changed, until somebody asks something else.

const TITLES = { changed: "What this event changed", why: "Why is this value here?" };

class Aside {
  constructor($, why) {
    this.$ = $;
    this.why = why;
    $("aside-close").onclick = () => this.close();
    $("state").addEventListener("click", (event) => this.clicked(event));
    $("state").addEventListener("keydown", (event) => this.pressed(event));
    $("versions").onclick = () => this.showVersions(!this.versions);
    this.showVersions(preferred("versions", "") === "shown");
  }

  get asked() {
    return this.view !== undefined && this.view !== "changed";
  }

  clicked(event) {
    const field = event.target.closest("[data-path]");
    const copying = String(getSelection());
    if (field && !copying) this.ask(field);
  }

  pressed(event) {
    if (event.key !== "Enter" && event.key !== " ") return;
    const field = event.target.closest("[data-path]");
    if (!field) return;
    event.preventDefault();
    this.ask(field);
  }

  ask(field) {
    this.from = field.dataset.path;
    this.why.ask(Number(this.from));
    this.open("why");
    this.why.tell();
    const row = this.$("causes").querySelector("[aria-current] button");
    (row ?? this.$("why")).focus();
  }

  open(view) {
    const { $ } = this;
    this.view = view;
    for (const id of Object.keys(TITLES)) $(id).hidden = id !== view;
    $("changes-title").textContent = TITLES[view];
    $("aside-close").hidden = view === "changed";
  }

  // Back to what this event changed; the focus goes back to the field that was asked about.
  close() {
    this.open("changed");
    const field = this.$("state").querySelector(`[data-path="${this.from}"]`);
    (field ?? this.$("state")).focus();
  }

  showVersions(shown) {
    this.versions = shown;
    prefer("versions", shown ? "shown" : "");
    this.$("versions").setAttribute("aria-pressed", shown);
    this.$("state").classList.toggle("versions", shown);
  }
}
