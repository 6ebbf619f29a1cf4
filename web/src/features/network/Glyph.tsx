import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { hueOf, initialsOf } from "../../ui/Avatar";
import { type Geometry, presenceOf } from "./layout";
import classes from "./Picture.module.css";
import { type Place, shortName } from "./places";

interface Props {
  place: Place;
  geometry: Geometry;
  now: number;
  label: string;
  tabStop: boolean;
  shown: boolean;
  pinned: boolean;
  onPoint: (on: boolean) => void;
  onFocus: (on: boolean) => void;
  onPin: () => void;
}

/** As large as a fingertip needs. */
const REACH = 15;

/** One node of the picture: what is drawn, and what can be pointed at, focused and pressed. */
export function Glyph({ place, geometry, now, label, tabStop, shown, pinned, onPoint, onFocus, onPin }: Props) {
  const radius = place.kind === "me" ? geometry.me : place.kind === "contact" ? geometry.contact : geometry.peer;
  const leaving = place.kind === "peer" && place.leaving;
  const presence = leaving ? 0 : place.kind === "peer" ? presenceOf(now - place.peer.lastSeen) : 1;
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onPin();
  };
  const where = { transform: `translate(${place.at.x.toFixed(1)}px, ${place.at.y.toFixed(1)}px)` };
  return (
    <g className={classes.place} style={where} data-shown={shown || undefined}>
      <g className={classes.arrive} aria-hidden="true">
        <g className={classes.presence} opacity={presence}>
          {place.kind === "me" && <Me radius={radius} />}
          {place.kind === "contact" && <Friend id={place.session.contact ?? place.session.id} name={place.session.name ?? ""} radius={radius} above={place.at.y < geometry.middle - 1} letters={place.crowded ? 8 : 11} />}
          {place.kind === "peer" && <Peer place={place} radius={radius} />}
        </g>
      </g>
      <circle
        className={classes.reach}
        r={Math.max(radius + 5, REACH)}
        role="button"
        aria-label={label}
        aria-pressed={pinned}
        tabIndex={tabStop ? 0 : -1}
        data-place={place.kind}
        data-leaving={leaving || undefined}
        onPointerEnter={(event) => event.pointerType === "mouse" && onPoint(true)}
        onPointerLeave={() => onPoint(false)}
        onFocus={() => onFocus(true)}
        onBlur={() => onFocus(false)}
        onClick={onPin}
        onKeyDown={onKey}
      />
      <circle className={classes.halo} r={radius + 5} />
    </g>
  );
}

function Me({ radius }: { radius: number }) {
  const { t } = useTranslation();
  return (
    <>
      <circle className={classes.me} r={radius} />
      <text className={classes.meText} dy="0.35em">
        {t("network.me")}
      </text>
    </>
  );
}

/** The name stands on the far side from the line to the middle. */
function Friend({ id, name, radius, above, letters }: { id: string; name: string; radius: number; above: boolean; letters: number }) {
  return (
    <>
      <circle className={classes.friend} r={radius} data-hue={hueOf(id)} />
      <text className={classes.initials} dy="0.35em">
        {initialsOf(name) || "?"}
      </text>
      <text className={classes.name} y={above ? -radius - 7 : radius + 15}>
        {shortName(name, letters)}
      </text>
    </>
  );
}

function Peer({ place, radius }: { place: Extract<Place, { kind: "peer" }>; radius: number }) {
  const { peer, door } = place;
  const reach = peer.connectable === null ? "unknown" : peer.connectable ? "yes" : "no";
  return (
    <>
      <circle key={peer.lastSeen} className={classes.heard} r={radius} />
      {door && <circle className={classes.door} r={radius + 4.5} />}
      <circle className={classes.peer} r={radius} data-reach={reach} />
    </>
  );
}
