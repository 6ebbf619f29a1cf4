import { ActionIcon, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import { keys } from "../../api/live";
import type { Link } from "../../api/model";
import { useLinks } from "../../api/queries";
import { showFailure } from "../../ui/failure";
import { fullTime } from "../../ui/time";
import classes from "./AddContact.module.css";

/** The links that somebody could still use, and how to take them back. */
export function LinksList() {
  const { t } = useTranslation();
  const links = useLinks().data ?? [];
  if (links.length === 0) return <p className={classes.hint}>{t("links.none")}</p>;
  return (
    <ul className={classes.links}>
      {links.map((link) => (
        <Entry key={link.id} link={link} />
      ))}
    </ul>
  );
}

function Entry({ link }: { link: Link }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const revoke = () => {
    api.revokeLink(link.id).then(() => client.invalidateQueries({ queryKey: keys.links }), showFailure);
  };
  return (
    <li className={classes.entry}>
      <span className={classes.entryText}>
        <span className={classes.entryLink}>{link.link}</span>
        <span className={classes.entryDetail}>
          {link.public ? t("links.public") : t("links.usesLeft", { count: link.usesLeft })}
          {" · "}
          {link.expires ? t("links.until", { time: fullTime(link.expires, i18n.language) }) : t("links.forEver")}
        </span>
      </span>
      <CopyButton value={link.link}>
        {({ copied, copy }) => (
          <ActionIcon onClick={copy} aria-label={copied ? t("common.copied") : t("links.copy")}>
            {copied ? <IconCheck size={18} /> : <IconCopy size={18} />}
          </ActionIcon>
        )}
      </CopyButton>
      <ActionIcon color="brick" onClick={revoke} aria-label={t("links.revoke")}>
        <IconTrash size={18} />
      </ActionIcon>
    </li>
  );
}
