import { Button, Modal } from "@mantine/core";
import { IconCamera } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./AddContact.module.css";
import { watchForCode } from "./scanner";

/** Reads a link from a QR code before the camera. The pictures never leave this page. */
export function ScanLink({ onFound }: { onFound: (text: string) => void }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  if (!navigator.mediaDevices) return null;
  return (
    <>
      <Button variant="light" leftSection={<IconCamera size={17} />} onClick={() => setOpened(true)}>
        {t("links.scan")}
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={t("links.scanTitle")} centered closeButtonProps={{ "aria-label": t("common.close") }}>
        {opened && (
          <Camera
            onFound={(text) => {
              setOpened(false);
              onFound(text);
            }}
          />
        )}
      </Modal>
    </>
  );
}

function Camera({ onFound }: { onFound: (text: string) => void }) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  const found = useRef(onFound);
  found.current = onFound;

  useEffect(() => {
    if (!video.current) return;
    return watchForCode(video.current, (text) => found.current(text), () => setFailed(true));
  }, []);

  return (
    <div className={classes.camera}>
      <video ref={video} muted playsInline aria-label={t("links.camera")} />
      <p className={classes.hint} role={failed ? "alert" : undefined}>
        {failed ? t("links.noCamera") : t("links.scanHint")}
      </p>
    </div>
  );
}
