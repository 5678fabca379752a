// What happened? The events as sentences, the later ones dimmed, and how long each took to come.

const AROUND = 30; // rows drawn on either side: a long story costs no more than a short one

class Story {
  constructor($, go) {
    this.$ = $;
    this.go = go;
    $("earlier").onclick = () => go(Math.max(this.walk.first, this.from - 1));
    $("later").onclick = () => go(Math.min(this.walk.last, this.to + 1));
  }

  load(walk) {
    this.walk = walk;
    this.rows = [];
    this.told = new Map();
    this.$("story-zone").textContent = `times in ${walk.zone.replaceAll("_", " ")}`;
  }

  move(version) {
    const { first, last } = this.walk;
    const inside = version >= this.from + 10 && version <= this.to - 10;
    const whole = this.from === first && this.to === last;
    if (!this.rows.length || !(inside || whole)) this.render(version);
    else this.mark(this.version, version);
    this.version = version;
  }

  row(version) {
    return this.rows[version - this.from];
  }

  render(version) {
    const { first, last } = this.walk;
    this.from = Math.max(first, version - AROUND);
    this.to = Math.min(last, version + AROUND);
    this.rows = [];
    for (let v = this.from; v <= this.to; v++) this.rows.push(this.retell(v, version));
    place(this.$("story"), this.rows);
    this.more("earlier", this.from - first);
    this.more("later", last - this.to);
  }

  more(id, hidden) {
    this.$(id).hidden = hidden === 0;
    this.$(id).textContent = `${count(hidden)} ${id} ${hidden === 1 ? "event" : "events"}`;
  }

  retell(v, version) {
    const row = this.told.get(v) ?? this.tell(v);
    this.told.set(v, row);
    this.dress(row, v, version);
    return row;
  }

  tell(v) {
    const event = this.walk.event(v);
    const kind = this.walk.kind(v);
    const button = el(
      "button",
      { type: "button" },
      token(kind),
      el(
        "span",
        { class: "said" },
        el("span", { class: "what" }, ...prose(event.sentence)),
        el("span", { class: "when" }, el("span", { class: "no" }, `v${count(v)}`), withoutSeconds(event.at)),
        event.late ? el("span", { class: "late" }, event.late) : null,
      ),
    );
    button.onclick = () => this.go(v);
    const gap = event.gap ? el("span", { class: "gap" }, event.gap) : null;
    return el("li", {}, gap, button);
  }

  dress(row, v, version) {
    row.classList.toggle("later", v > version);
    if (v === version) row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
  }

  mark(before, version) {
    const [low, high] = before < version ? [before, version] : [version, before];
    for (let v = Math.max(low, this.from); v <= Math.min(high, this.to); v++) {
      this.dress(this.row(v), v, version);
    }
  }

  // The current event in the middle; scrollIntoView would move the page as well.
  reveal() {
    const box = this.$("story-scroll");
    const row = this.row(this.version);
    box.scrollTop = row.offsetTop - (box.clientHeight - row.offsetHeight) / 2;
  }
}
