import type { QRCode } from "jsqr";

type Reader = (data: Uint8ClampedArray, width: number, height: number) => QRCode | null;

/** Between two looks at the picture, in milliseconds. */
const PERIOD = 150;
/** A picture is made this small before it is searched: more costs time and finds no more. */
const LONGEST_SIDE = 640;

/** Opens the camera into a video element and reports the first contact link that a QR code holds. */
export function watchForCode(video: HTMLVideoElement, found: (text: string) => void, failed: () => void): () => void {
  let over = false;
  let stream: MediaStream | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const canvas = document.createElement("canvas");
  const picture = canvas.getContext("2d", { willReadFrequently: true });

  function look(read: Reader) {
    if (over || !picture) return;
    if (video.videoWidth > 0) {
      const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      picture.drawImage(video, 0, 0, canvas.width, canvas.height);
      const code = read(picture.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height);
      if (code?.data.startsWith("kith:")) {
        found(code.data);
        return;
      }
    }
    timer = setTimeout(() => look(read), PERIOD);
  }

  async function start() {
    const [{ default: read }, camera] = await Promise.all([import("jsqr"), navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } })]);
    stream = camera;
    if (over) {
      stop();
      return;
    }
    video.srcObject = camera;
    await video.play();
    look(read);
  }

  function stop() {
    for (const track of stream?.getTracks() ?? []) track.stop();
  }

  start().catch(() => {
    if (!over) failed();
  });
  return () => {
    over = true;
    clearTimeout(timer);
    stop();
  };
}
