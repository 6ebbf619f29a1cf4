import { type KeyboardEvent, type MouseEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Network } from "../../api/model";
import { Glyph } from "./Glyph";
import type { Geometry } from "./layout";
import classes from "./Picture.module.css";
import { PlaceCard } from "./PlaceCard";
import { leftOut, type Place, placesOf, step } from "./places";
import { Rays } from "./Rays";
import { useScene } from "./useScene";
import { usePlaceWords } from "./usePlaceWords";

interface Props {
  network: Network;
  now: number;
  geometry: Geometry;
}

/** Oneself in the middle, contacts close by, peers around by how fast they answer. */
export function Picture({ network, now, geometry }: Props) {
  const { t } = useTranslation();
  const words = usePlaceWords(network, now);
  const drawn = useScene(network.peers, geometry.most.peers);
  const places = placesOf(network, drawn, geometry);
  const root = useRef<SVGSVGElement>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const [pinned, setPinned] = useState<string | null>(null);
  const [stop, setStop] = useState<string>("me");
  const shown = places.find((place) => place.key === (pointed ?? focused ?? pinned));
  const tabStop = places.some((place) => place.key === stop) ? stop : "me";
  const more = leftOut(network, geometry);
  const alone = places.length === 1;

  const onKey = (event: KeyboardEvent<SVGSVGElement>) => {
    const at = places.findIndex((place) => place.key === focused);
    if (event.key === "Escape" && pinned !== null) {
      event.preventDefault();
      setPinned(null);
    }
    const next = at < 0 ? null : step(event.key, at, places.length);
    if (next === null) return;
    event.preventDefault();
    root.current?.querySelectorAll<SVGElement>("[data-place]")[next]?.focus();
  };
  const pin = (place: Place) => {
    setPinned(pinned === place.key ? null : place.key);
    if (pinned === place.key) setFocused(null);
  };
  // Beside everything: what was pinned is let go.
  const onPress = (event: MouseEvent<SVGSVGElement>) => {
    if (!(event.target as Element).closest("[data-place]")) setPinned(null);
  };

  return (
    <div className={classes.root} data-alone={alone || undefined}>
      <div className={classes.stage}>
        <svg
          ref={root}
          className={classes.picture}
          width={geometry.size}
          height={geometry.size}
          viewBox={`0 0 ${geometry.size} ${geometry.size}`}
          role="group"
          aria-label={t("network.picture")}
          onKeyDown={onKey}
          onClick={onPress}
        >
          <Rings geometry={geometry} searching={alone} />
          <Rays places={places} geometry={geometry} now={now} shown={shown?.key ?? null} />
          {places.map((place) => (
            <Glyph
              key={place.key}
              place={place}
              geometry={geometry}
              now={now}
              label={words.label(place)}
              tabStop={place.key === tabStop}
              shown={place.key === shown?.key}
              pinned={place.key === pinned}
              onPoint={(on) => setPointed(on ? place.key : null)}
              onFocus={(on) => {
                setFocused(on ? place.key : null);
                if (on) setStop(place.key);
              }}
              onPin={() => pin(place)}
            />
          ))}
        </svg>
        {shown && <PlaceCard place={shown} geometry={geometry} words={words} pinned={shown.key === pinned} />}
      </div>
      {more > 0 && <p className={classes.more}>{t("network.more", { count: more })}</p>}
    </div>
  );
}

function Rings({ geometry, searching }: { geometry: Geometry; searching: boolean }) {
  const { middle } = geometry;
  return (
    <g aria-hidden="true" className={classes.rings} data-searching={searching || undefined}>
      {geometry.rings.map((radius) => (
        <circle key={radius} cx={middle} cy={middle} r={radius} />
      ))}
      <circle className={classes.hearth} cx={middle} cy={middle} r={geometry.hearth} />
      {searching && [0, 1, 2].map((wave) => <circle key={wave} className={classes.wave} data-wave={wave} cx={middle} cy={middle} r={geometry.rings[2]} />)}
    </g>
  );
}
