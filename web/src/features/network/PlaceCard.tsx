import { Button } from "@mantine/core";
import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { openConversation } from "../../ui/route";
import type { Geometry } from "./layout";
import classes from "./Picture.module.css";
import type { Place } from "./places";
import type { PlaceWords } from "./usePlaceWords";

/** A place nearer to the upper edge than this has its card below. */
const CARD_ROOM = 105;

interface Props {
  place: Place;
  geometry: Geometry;
  words: PlaceWords;
  pinned: boolean;
}

/** What is known of the node that is pointed at, where it does not hide the middle. Those who hear the page have it in the node's own name. */
export function PlaceCard({ place, geometry, words, pinned }: Props) {
  const { t } = useTranslation();
  const { at } = place;
  const contact = place.kind === "contact" ? place.session.contact : null;
  const where = { "--x": `${at.x.toFixed(0)}px`, "--y": `${at.y.toFixed(0)}px`, "--size": `${geometry.size}px` } as CSSProperties;
  const side = at.y > CARD_ROOM && at.y < geometry.middle - 1 ? "above" : "below";
  return (
    <div className={classes.card} data-side={side} data-pinned={pinned || undefined} data-testid="place-card" style={where}>
      <strong>{words.title(place)}</strong>
      {words.address(place) && <span className={classes.cardAddress}>{words.address(place)}</span>}
      {words.lines(place).map((line) => (
        <p key={line}>{line}</p>
      ))}
      {contact !== null && pinned && (
        <Button size="compact-sm" variant="light" onClick={() => openConversation(contact)}>
          {t("network.openConversation")}
        </Button>
      )}
    </div>
  );
}
