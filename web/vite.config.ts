import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The node serves the result under a strict content security policy, so nothing may be inlined into the document.
export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2024",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
});
