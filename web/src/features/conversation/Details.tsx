import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/model";
import { fullTime } from "../../ui/time";
import classes from "./MessageMenu.module.css";
import { routeKey, routeNameKey, stateDetailKey, stateKey } from "./stateText";
import { Way } from "./Way";

interface Props {
  message: Message | null;
  name: string;
  onClose: () => void;
}

/** How a message travelled and where it is now, in words. */
export function Details({ message, name, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened={message !== null} onClose={onClose} title={t("details.title")} centered size={420} closeButtonProps={{ "aria-label": t("common.close") }}>
      {message && <Facts message={message} name={name} />}
    </Modal>
  );
}

function Facts({ message, name }: { message: Message; name: string }) {
  const { t, i18n } = useTranslation();
  const time = (at: number) => fullTime(at, i18n.language);
  return (
    <dl className={classes.details}>
      <dt>{t("details.state")}</dt>
      <dd>
        {t(stateKey(message))}
        <small>{t(stateDetailKey(message), { name })}</small>
      </dd>
      <dt>{t("details.route")}</dt>
      <dd>
        {t(routeNameKey(message.route), { route: message.route ?? "" })}
        <small>{t(routeKey(message.route), { route: message.route ?? "" })}</small>
      </dd>
      <dd className={classes.drawing}>
        <Way passage={message} fromMe={message.fromMe} name={name} />
      </dd>
      <dt>{t("details.sentAt")}</dt>
      <dd>
        {time(message.sentAt)}
        {!message.fromMe && <small>{t("details.theirClock", { name })}</small>}
      </dd>
      {!message.fromMe && (
        <>
          <dt>{t("details.receivedAt")}</dt>
          <dd>{time(message.receivedAt)}</dd>
        </>
      )}
      {message.editedAt !== null && (
        <>
          <dt>{t("details.editedAt")}</dt>
          <dd>{time(message.editedAt)}</dd>
        </>
      )}
      {message.expiresAt !== null && (
        <>
          <dt>{t("details.expiresAt")}</dt>
          <dd>{time(message.expiresAt)}</dd>
        </>
      )}
      <dt>{t("details.id")}</dt>
      <dd>
        <code>{message.id.slice(0, 16)}…</code>
      </dd>
    </dl>
  );
}
