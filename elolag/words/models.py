"""What models are called by people: ``claude-opus-4-6`` is Claude Opus 4.6."""

from __future__ import annotations

import re

#: Words that are not simply capitalised.
_SPELLED = {
    "ai21": "AI21", "chatglm": "ChatGLM", "chatgpt": "ChatGPT", "deepseek": "DeepSeek",
    "ernie": "ERNIE", "exp": "Experimental", "glm": "GLM", "gpt": "GPT", "gpt2": "GPT-2",
    "happyhorse": "HappyHorse", "hidream": "HiDream", "internvl2": "InternVL2", "llava": "LLaVA",
    "llm": "LLM", "mai": "MAI", "mimo": "MiMo", "minimax": "MiniMax", "mpt": "MPT",
    "openchat": "OpenChat", "pixverse": "PixVerse", "qvq": "QVQ", "qwq": "QwQ", "rwkv": "RWKV",
    "turbos": "TurboS", "vl": "VL", "wizardlm": "WizardLM",
}  # fmt: skip
#: Names whose version follows a hyphen, and those with hyphens throughout.
_HYPHENATED = ("ChatGPT", "GPT", "Phi")
_JOINED = re.compile(r"(Baichuan|ChatGLM|DeepSeek|GLM|Hunyuan|MiniMax|QVQ|QwQ|Qwen|RWKV|Yi)[\d.]*")
#: Names that are written as keys are: OpenAI's o series and its open models.
_SMALL = re.compile(r"o\d|gpt-oss")
_PLAIN = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
#: A whole date at the end, which its release date repeats.
_DATED = re.compile(r"-(?:20\d{6}|20\d\d-\d\d-\d\d)$")
#: Versions whose point became a hyphen (``4-6``), and days or months (``05-06``, ``09-2025``).
_VERSION = re.compile(r"(?<![a-z0-9.])([1-9]\d?)-(\d)(?![a-z0-9.])")
_DAY = re.compile(r"(?<![a-z0-9.])(0\d|1[0-2])-(\d\d|20\d\d)(?![a-z0-9.])")


def model_name(key: str) -> str:
    """A model's name as its makers write it, as far as its key tells.

    Keys of other than small letters, digits, points and hyphens stay as they are. A date that ends
    a key is left out: the release date, which is always told with the name, says it.

    Examples
    --------
    >>> model_name("claude-opus-4-1-20250805"), model_name("gpt-5.2"), model_name("kimi-k3")
    ('Claude Opus 4.1', 'GPT-5.2', 'Kimi K3')
    """
    if not _PLAIN.fullmatch(key):
        return key
    text = _DATED.sub("", key).replace("dall-e", "DALL·E")
    if _SMALL.match(text):
        return text
    text = _VERSION.sub(r"\1.\2", re.sub(r"^llama-(?=\d+b)", "LLaMA-", text))
    words = _DAY.sub(r"\1~\2", text).split("-")
    told = [_spelled(word) for word in words]
    if told[0] in _HYPHENATED and len(told) > 1 and told[1][:1].isdigit():
        small = [word.lower() if word in ("Mini", "Nano") else word for word in told[2:]]
        told = [f"{told[0]}-{told[1]}", *small]
    between = "-" if _JOINED.fullmatch(told[0]) else " "
    return between.join(told).replace("~", "-").replace("DALL·E", "DALL-E")


def _spelled(word: str) -> str:
    if word in _SPELLED:
        return _SPELLED[word]
    if re.fullmatch(r"[\d.]+[bv]|[a-z]\d+(?:\.\d+)?[a-z]*|t2[iv]", word):  # 72b, v3, a22b, k2.5
        return word.upper()
    word = re.sub(r"(?<=\dx)(\d+)b$", r"\1B", word)  # 8x7B
    return word[:1].upper() + word[1:]
