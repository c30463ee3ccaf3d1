// Every word the console shows, in two languages; `t("key")` in the chosen one.
const WORDS = {
  zh: {
    tagline: "客户之声", pains: "痛点", documents: "原话", workspace: "工作区", leave: "退出", language: "English",
    gate_title: "请输入访问密钥", gate_text: "密钥只保存在这个浏览器标签页里，关闭即忘，不会出现在网址中。",
    gate_hint: "没有密钥？运行 voc keys create --name console --scopes read", key: "密钥", enter: "进入",
    since: "从（含）", until: "到（不含）", product: "产品", kind: "来源类型", level: "层级", sort: "排序", show: "查看",
    words: "搜索原话", find: "搜索", find_hint: "所有词都要出现；用英文双引号括住表示逐字匹配。",
    any: "全部", leaves: "细项", level_n: "第 {0} 层",
    harm: "伤害", people: "人数", trend: "趋势", value: "客户价值", impact: "对评分的影响", mentions: "提及", share: "占比",
    heat: "热度（含转抄）", of_people: "{0} 人 · {1}", interval: "90% 区间 {0} – {1}",
    review: "评价", post: "帖子", ticket: "工单", chat: "会话", survey: "问卷",
    rising: "↑ 上升", falling: "↓ 下降", steady: "→ 平稳", unclear: "～ 不明", no_trend: "—",
    critical: "安全", insufficient_data: "数据不足", thin: "人数少",
    window: "时间窗", people_total: "发声客户", documents_total: "计入的反馈", excluded: "未计入",
    quarantined: "隔离", copies: "转抄与默认好评", staff: "官方与员工", missing: "没有运行的来源", as_of: "账本序号",
    weeks: "每周受影响人数", levels: "按后果（人）", subnodes: "下级细项", evidence: "客户原话", all_mentions: "全部相关原话",
    h1: "不满", h3: "使用受阻", h10: "功能或钱财损失", h30: "流失、退货、投诉", h100: "人身安全",
    more: "更多", close: "关闭", open_source: "查看来源", nothing: "没有符合条件的内容。",
    empty: "这里还没有可以排序的痛点。用 voc ingest 导入反馈，或放宽时间与筛选条件。",
    positive: "正面", neutral: "中性", negative: "负面", counted: "计入统计", not_counted: "未计入：{0}", about: "说到的内容",
    loading: "正在读取…", bad_key: "密钥无效或已过期，请重新输入。", no_read: "这个密钥没有读取（read）权限。", away: "服务没有应答，请稍后再试。",
  },
  en: {
    tagline: "voice of customer", pains: "Pain points", documents: "Their words", workspace: "Workspace", leave: "Leave", language: "中文",
    gate_title: "Enter an access key", gate_text: "It stays in this browser tab until you close it and never appears in an address.",
    gate_hint: "No key? Run voc keys create --name console --scopes read", key: "Key", enter: "Enter",
    since: "From", until: "Until (exclusive)", product: "Product", kind: "Kind of source", level: "Level", sort: "Order", show: "Show",
    words: "Search their words", find: "Search", find_hint: "All words must occur; \"quoted\" is a literal phrase.",
    any: "all", leaves: "details", level_n: "level {0}",
    harm: "harm", people: "people", trend: "trend", value: "customer value", impact: "impact on rating", mentions: "mentions", share: "share",
    heat: "heat (with copies)", of_people: "{0} people · {1}", interval: "90 % interval {0} – {1}",
    review: "reviews", post: "posts", ticket: "tickets", chat: "chats", survey: "surveys",
    rising: "↑ rising", falling: "↓ falling", steady: "→ steady", unclear: "~ unclear", no_trend: "—",
    critical: "safety", insufficient_data: "too little data", thin: "few people",
    window: "Window", people_total: "People heard", documents_total: "Documents counted", excluded: "Left out",
    quarantined: "quarantined", copies: "copies", staff: "staff", missing: "Sources that did not run", as_of: "Ledger sequence",
    weeks: "People in pain by week", levels: "People by consequence", subnodes: "In detail", evidence: "In their words", all_mentions: "Everything said about it",
    h1: "annoyed", h3: "hindered in use", h10: "lost function or money", h30: "leaves, returns, complains", h100: "bodily safety",
    more: "More", close: "Close", open_source: "Open source", nothing: "Nothing fits.",
    empty: "No pain points to rank yet. Bring feedback in with voc ingest, or widen the window and filters.",
    positive: "positive", neutral: "neutral", negative: "negative", counted: "counted", not_counted: "not counted: {0}", about: "What it speaks of",
    loading: "Reading…", bad_key: "The key is not valid or has expired. Enter another.", no_read: "This key lacks the scope read.", away: "The service does not answer. Try again soon.",
  },
};

let chosen = localStorage.getItem("voc.language") || (navigator.language.startsWith("zh") ? "zh" : "en");

export function t(key, ...parts) {
  const word = WORDS[chosen][key] ?? key;
  return parts.reduce((text, part, index) => text.replace(`{${index}}`, String(part)), word);
}

export function otherLanguage() {
  chosen = chosen === "zh" ? "en" : "zh";
  localStorage.setItem("voc.language", chosen);
}

export function label(root = document) {
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
}

export const number = (value, digits = 0) =>
  value === null || value === undefined ? "—" : value.toLocaleString(chosen === "zh" ? "zh-CN" : "en", { maximumFractionDigits: digits });
export const percent = (value) => (value === null || value === undefined ? "—" : `${number(value * 100, 1)} %`);
