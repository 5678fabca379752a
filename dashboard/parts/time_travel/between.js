// What became different between A and B, and which events explain it? Python tells; this shows it.

class Between {
  constructor($, scrubber) {
    this.$ = $;
    this.scrubber = scrubber;
  }

  // What was told is about two versions; while it is not about the pins, the answer is on its way.
  learn(told) {
    if (told === this.text) return;
    this.text = told;
    this.known = told ? JSON.parse(told) : null;
    this.tell();
  }

  tell() {
    const { pins } = this.scrubber;
    if (this.$("between").hidden || !pins.both) return;
    const [from, to] = [pins.a, pins.b].sort((one, other) => one - other);
    const answered = this.known?.first === from && this.known.last === to;
    const shown = answered ? this.told(this.known) : [el("p", { class: "empty" }, "One moment …")];
    this.$("between").replaceChildren(...shown);
  }

  told({ first, last, fields, causes }) {
    const different = fields.map(({ path, before, after }) => [this.scrubber.walk.numbered(path), before, after]);
    const rows = causes.slice(-MOST_CAUSES).map((cause) => this.row(cause));
    return [
      el("p", { class: "asked" }, el("b", {}, `v${count(first)} → v${count(last)}`)),
      ...this.scrubber.changes.grouped(different),
      el("h4", {}, `${count(causes.length)} of ${count(last - first)} events explain it`),
      el("ol", { class: "causes" }, ...rows),
      rows.length < causes.length ? el("p", { class: "small" }, `The last ${rows.length} of them.`) : null,
    ].filter(Boolean);
  }

  row({ version, at, sentence, actor }) {
    const button = el(
      "button",
      { type: "button" },
      el("span", { class: "when" }, el("span", { class: "no" }, `v${count(version)}`), at),
      el("span", {}, ...prose(sentence)),
      actor ? el("span", { class: "small" }, "by ", ...prose(actor)) : null,
    );
    button.onclick = () => this.scrubber.go(version);
    return el("li", {}, button);
  }
}
