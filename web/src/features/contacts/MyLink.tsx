import { Button, CopyButton, Loader, SegmentedControl, TextInput } from "@mantine/core";
import { IconCheck, IconCopy, IconShare2 } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, qrAddress } from "../../api/calls";
import { keys } from "../../api/live";
import type { Link } from "../../api/model";
import { useLinks } from "../../api/queries";
import { showFailure } from "../../ui/failure";
import classes from "./AddContact.module.css";

const WEEK = 7 * 86_400_000;
const KINDS = ["1", "10", "0"] as const;
type Kind = (typeof KINDS)[number];

function usable(links: Link[], kind: Kind): Link | undefined {
  const soon = Date.now() + WEEK / 7;
  return links.find((link) => {
    const lasts = link.expires === null || link.expires > soon;
    const fits = { "0": link.public, "1": !link.public && link.usesLeft === 1, "10": !link.public && link.usesLeft > 1 }[kind];
    return lasts && fits;
  });
}

/** One's own link with its QR code; a fresh one is made when none can be used any more. */
export function MyLink({ simple = false }: { simple?: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const links = useLinks();
  const [kind, setKind] = useState<Kind>("1");
  const asked = useRef(false);
  const link = usable(links.data ?? [], kind);
  const missing = links.isSuccess && !links.isFetching && !link;

  useEffect(() => {
    if (!missing || asked.current) return;
    asked.current = true;
    api
      .createLink(Number(kind), kind === "0" ? 0 : WEEK)
      .then(() => client.invalidateQueries({ queryKey: keys.links }), showFailure)
      .finally(() => (asked.current = false));
  }, [missing, kind, client]);

  return (
    <div className={classes.link}>
      {!simple && (
        <SegmentedControl
          fullWidth
          size="xs"
          value={kind}
          onChange={(value) => setKind(value as Kind)}
          data={KINDS.map((value) => ({ value, label: t(`links.kind${value}`) }))}
          aria-label={t("links.kind")}
        />
      )}
      <div className={classes.code}>{link ? <img src={qrAddress(link.link)} alt={t("links.qr")} /> : <Loader size="sm" role="progressbar" aria-label={t("links.making")} />}</div>
      <p className={classes.hint}>{t(`links.hint${kind}`)}</p>
      <TextInput readOnly value={link?.link ?? ""} aria-label={t("links.mine")} onFocus={(event) => event.target.select()} data-testid="my-link" />
      <div className={classes.buttons}>
        <CopyButton value={link?.link ?? ""}>
          {({ copied, copy }) => (
            <Button fullWidth disabled={!link} onClick={copy} leftSection={copied ? <IconCheck size={17} /> : <IconCopy size={17} />}>
              {copied ? t("common.copied") : t("links.copy")}
            </Button>
          )}
        </CopyButton>
        {"share" in navigator && link && (
          <Button variant="light" leftSection={<IconShare2 size={17} />} onClick={() => void navigator.share({ text: link.link }).catch(() => undefined)}>
            {t("links.share")}
          </Button>
        )}
      </div>
    </div>
  );
}
