/** Offered first for a reaction. */
export const QUICK = ["❤️", "👍", "😂", "😮", "😢", "🎉"] as const;

/** The picker's choice. Anything else can be typed: every system has its own way to enter emoji. */
export const EMOJI: readonly string[] = [
  ..."😀 😃 😄 😁 😆 😅 😂 🤣 🙂 🙃 😉 😊 😇 🥰 😍 😘 😋 😜 🤪 🤗 🤔 🤨 😐 🙄 😏 😌 😴 🤒 🤯 🥳 😎 🤓 😕 😟 😮 😲 🥺 😢 😭 😱 😤 😡 🤬 🤡 👻 💩".split(" "),
  ..."👋 🤚 ✋ 👌 🤌 ✌️ 🤞 🤟 🤘 👈 👉 👆 👇 👍 👎 ✊ 👊 👏 🙌 👐 🤝 🙏 💪 👀 🫶".split(" "),
  ..."❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💖 💯 💢 💥 💫 💤 ✨ ⭐ 🔥 ☀️ 🌈 🌧️ ❄️ 🌱 🌻 🌹 🍀".split(" "),
  ..."🐶 🐱 🐭 🐰 🦊 🐻 🐼 🐸 🐵 🦆 🦉 🐝 🦋 🐢 🐙 🐟 🐳 🦔".split(" "),
  ..."🍎 🍋 🍓 🍇 🥑 🥕 🍞 🧀 🍕 🍔 🌮 🍜 🍣 🍰 🎂 🍪 🍫 ☕ 🍵 🍺 🍷 🥂".split(" "),
  ..."⚽ 🏀 🚲 🚗 🚂 ✈️ 🚀 🏠 🏕️ 🏖️ 🎵 🎸 🎨 🎬 📷 📚 ✏️ 📌 💡 🔑 🔒 🎁 🎈 🎉 🏆 ⏰ ✅ ❌ ❓ ❗ 👑 💎".split(" "),
];
