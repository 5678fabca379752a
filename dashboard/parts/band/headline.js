// Which moment is this? Clock time, position, seal, and what the ends of the picture are.

class Headline {
  constructor($, band) {
    this.$ = $;
    this.band = band;
  }

  draw() {
    const { $, band } = this;
    const { view, position, now, seal } = band;
    const moving = band.root.classList.contains("moving");
    $("state").textContent = now ? "Now" : "In the past";
    $("when").textContent = moving ? this.about(position) : band.when;
    $("when").title = band.readAs && !moving ? `The last event by ${band.readAs}` : "";
    $("position").textContent = `position ${number.format(position)} of ${number.format(band.head)}`;
    $("seal").textContent = `seal ${seal.slice(0, 12)}…`;
    $("seal").hidden = moving || !seal;
    $("seal").setAttribute("aria-label", `Cite this moment, seal ${seal.slice(0, 12)}`);
    $("seal").title = `Cite this moment: the seal vouches for every event up to here. ${seal}`;
    $("now").hidden = now;
    $("first").textContent = this.about(view.from);
    $("last").textContent = this.about(view.to);
    $("range").value = position;
    $("range").setAttribute("aria-valuetext", `Position ${position}, ${$("when").textContent}`);
    for (const id of ["whole", "map"]) $(id).hidden = !view.focus;
    if (!view.focus) return;
    $("window").style.left = `${(100 * view.from) / band.head}%`;
    $("window").style.width = `${Math.max(0.4, (100 * view.width) / band.head)}%`;
  }

  // As exactly as the line knows it: to the second, the minute or the day.
  about(position) {
    const { view, clock } = this.band;
    const { line } = view;
    const time = line.time(position);
    if (line.exact) return clock.second.format(time);
    const wide = line.time(view.to) - line.time(view.from) > 3 * 86400000;
    return (wide ? clock.day : clock.minute).format(time);
  }
}

const DAY = { day: "numeric", month: "short", year: "numeric" };
const MINUTE = { ...DAY, hour: "2-digit", minute: "2-digit" };

// The clocks of a zone, from coarse to fine.
function clockOf(timeZone) {
  const clock = (parts) => new Intl.DateTimeFormat("en-GB", { ...parts, timeZone });
  return { day: clock(DAY), minute: clock(MINUTE), second: clock({ ...MINUTE, second: "2-digit" }) };
}

// UTC and the zone of this browser first; whoever wants another one types its first letters.
function offerZones(select, chosen) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const names = new Set(["UTC", own, chosen, ...Intl.supportedValuesOf("timeZone")]);
  select.replaceChildren(...[...names].map((name) => new Option(name.replaceAll("_", " "), name)));
  select.value = chosen;
}
