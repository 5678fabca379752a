// Why is this value here? Every event that set it, the newest first, with who, when and the reason.

const MOST_CAUSES = 60;

class Why {
  constructor($, go) {
    this.$ = $;
    this.go = go;
  }

  load(walk) {
    this.walk = walk;
    this.told = new Map();
  }

  // A path is remembered by its parts: another part of the history may number it otherwise.
  ask(number) {
    this.path = this.walk.paths[number];
    this.told.clear();
  }

  move(version) {
    this.version = version;
    if (!this.$("why").hidden) this.tell();
  }

  tell() {
    const { $, walk, version } = this;
    const number = walk.number(this.path);
    const causes = number === ABSENT ? [] : walk.since[number];
    $("why-field").textContent = number === ABSENT ? label(this.path.at(-1)) : fullName(walk, number);
    $("why-value").textContent = orNothing(walk.state.get(number));
    const here = causes.findLastIndex((cause) => cause <= version);
    const to = Math.min(causes.length, Math.max(here + 1 + MOST_CAUSES / 2, MOST_CAUSES));
    const seen = causes.slice(Math.max(0, to - MOST_CAUSES), to).reverse();
    place($("causes"), seen.map((cause) => this.dressed(cause, number, causes[here])));
    $("why-more").textContent = this.others(causes.length - seen.length);
  }

  others(hidden) {
    const { first } = this.walk;
    const older = first > 1 ? `What set it before v${count(first)} is not in this part of the history.` : "";
    const never = this.$("causes").childElementCount ? "" : "It has been so since the order began.";
    return hidden ? `${count(hidden)} more events set it.` : older || never;
  }

  dressed(cause, number, here) {
    if (!this.told.has(cause)) this.told.set(cause, this.row(cause, number));
    const row = this.told.get(cause);
    row.classList.toggle("later", cause > this.version);
    if (cause === here) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
    return row;
  }

  row(cause, number) {
    const { walk } = this;
    const event = walk.event(cause);
    const [, before, after] = walk.patch(cause).find(([path]) => path === number);
    const { actor, reason } = event.told;
    const button = el(
      "button",
      { type: "button" },
      el("span", { class: "when" }, el("span", { class: "no" }, `v${count(cause)}`), event.at),
      el("span", { class: "diff" }, ...became(before, after)),
      el("span", {}, ...prose(event.sentence)),
      el("span", { class: "small" }, ...(actor ? ["by ", ...prose(actor)] : []), reason ? ` “${reason}”` : null),
    );
    button.onclick = () => this.go(cause);
    return el("li", {}, button);
  }
}

// Old → new, as it is written everywhere.
function became(before, after) {
  const arrow = el("span", { class: "arrow", "aria-label": "became" }, "→");
  return [el("del", {}, orNothing(before)), arrow, el("ins", {}, orNothing(after))];
}

// "Oak desk: Quantity": an item goes by its name, everything else by where it belongs.
function fullName(walk, number) {
  const path = walk.paths[number];
  const last = label(path.at(-1));
  if (path.length === 1) return last;
  if (path[0] === "items") return `${itemName(walk, path)}: ${last}`;
  return `${path.slice(0, -1).map(label).join(" ")}: ${last}`;
}

function itemName(walk, path) {
  const number = walk.number([path[0], path[1], "product_name"]);
  const named = number === ABSENT ? ABSENT : walk.state.get(number);
  return named ?? path[1];
}
