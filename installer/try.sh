#!/bin/sh
# try.sh   builds Waybill Guard, runs an HQ and one enrolled workstation on this machine under build/try, and shows new
# records until Ctrl-C. Linux; needs a JDK 17 or later, and Maven or a network for the Maven wrapper. No root.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
try=$top/build/try
agent_jar=$top/agent/target/waybill-guard-agent.jar
hq_jar=$top/hq/target/waybill-guard-hq.jar
hq_pid= agent_pid=

case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
'' | zh* | C | C.* | POSIX) lang=zh ;;
*) lang=en ;;
esac
say() { if [ $lang = zh ]; then printf '%s\n' "$1"; else printf '%s\n' "$2"; fi; }
give_up() { # give_up STATUS ZH EN
  status=$1
  shift
  say "$@" >&2
  exit "$status"
}

stop() {
  status=$?
  trap - EXIT INT TERM HUP
  for pid in $agent_pid $hq_pid; do kill "$pid" 2>/dev/null || :; done
  for pid in $agent_pid $hq_pid; do wait "$pid" 2>/dev/null || :; done
  [ -z "$agent_pid$hq_pid" ] || say "已全部停止。文件留在 build/try。" "All stopped. The files stay in build/try."
  exit "$status"
}
trap stop EXIT
trap 'exit 0' INT
trap 'exit 143' TERM HUP

# ---- what it needs -------------------------------------------------------------------------------------------------------

[ "$(uname -s)" = Linux ] || give_up 3 "试用需要 Linux。" "Trying it out needs Linux."
java=java javac=javac
if [ -n "${JAVA_HOME:-}" ]; then java=$JAVA_HOME/bin/java javac=$JAVA_HOME/bin/javac; fi
command -v "$javac" >/dev/null || give_up 3 \
  "没有找到 JDK（javac）。请安装 JDK 17 或更高版本，例如 Debian：apt install openjdk-17-jdk-headless。" \
  "No JDK (javac) found. Install a JDK 17 or later; on Debian: apt install openjdk-17-jdk-headless."
version=$("$javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
[ "${version:-0}" -ge 17 ] || give_up 3 \
  "$javac 是 JDK ${version:-?}，需要 17 或更高版本。装好后用 JAVA_HOME 指明。" \
  "$javac is JDK ${version:-?}; 17 or later is needed. Point JAVA_HOME at one."
if command -v mvn >/dev/null; then
  mvn=mvn
else
  mvn=$top/mvnw
  command -v wget >/dev/null || command -v curl >/dev/null || say \
    "没有 Maven，也没有 wget 或 curl，将用 Java 下载 Maven。" "No Maven, no wget and no curl: Java will fetch Maven."
  say "没有 Maven，由 mvnw 下载并使用（仅第一次）。" "No Maven here; mvnw fetches one (the first time only)."
fi

# ---- build ---------------------------------------------------------------------------------------------------------------

rm -rf "$try"
mkdir -p "$try"
began=$(date +%s)
say "正在编译（第一次要下载依赖，约几分钟）。全部输出在 build/try/build.log。" \
  "Building (the first time it fetches what it depends on, some minutes). All output is in build/try/build.log."
# On a terminal the current step is rewritten in place; elsewhere each step is a line.
if [ -t 1 ]; then in_place=1; else in_place=0; fi
{
  status=0
  (cd "$top" && "$mvn" -B -DskipTests package) 2>&1 || status=$?
  echo $status >"$try/build.status"
} | tee "$try/build.log" | awk -v in_place=$in_place '
  function show(text) {
    if (in_place) { printf "\r\033[K  %s", text } else { print "  " text }
    fflush()
  }
  { gsub(/\033\[[0-9;]*m/, "") }
  /^Downloaded from|^\[INFO\] Downloaded from/ { fetched++; if (fetched % 25 == 0) show("… " fetched " ↓"); next }
  /^\[INFO\] --- / { sub(/^\[INFO\] --- /, ""); sub(/ ---$/, ""); show($0) }
  END { if (in_place) printf "\r\033[K" }'
[ "$(cat "$try/build.status")" = 0 ] || {
  grep '^\[ERROR\]' "$try/build.log" | head -n 8 >&2 || :
  give_up 1 "编译没有成功。全部输出在 build/try/build.log。" "The build failed. All output is in build/try/build.log."
}
say "编译完成（$(($(date +%s) - began)) 秒）。" "Built in $(($(date +%s) - began)) s."

# ---- HQ and a workstation ------------------------------------------------------------------------------------------------

# kill -0 is content with a process that has ended and was not yet waited for.
runs() { [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status"; }
await() { # await PID FILE ZH EN: the line "ready …" of a program that was just started
  pid=$1 out=$2 left=120
  until grep -q '^ready ' "$out"; do
    runs "$pid" || {
      cat "$out.err" >&2
      give_up 1 "$3没有启动。" "$4 did not start."
    }
    [ $left -gt 0 ] || {
      cat "$out.err" >&2
      give_up 1 "$3在 60 秒内没有准备好。" "$4 was not ready within 60 s."
    }
    left=$((left - 1))
    sleep 0.5
  done
  sed -n '/^ready /{p;q;}' "$out"
}
fact() { printf '%s\n' "$1" | tr ' ' '\n' | sed -n "s/^$2=//p"; } # fact "ready a=b c=d" c

hq() { "$java" -jar "$hq_jar" "$@"; }
agent() { "$java" -jar "$agent_jar" --lang $lang --home "$try/workstation" "$@"; }

"$java" -jar "$hq_jar" --lang $lang serve --data "$try/hq" --listen 127.0.0.1:0 --console 127.0.0.1:0 \
  >"$try/hq.out" 2>"$try/hq.out.err" &
hq_pid=$!
ready=$(await $hq_pid "$try/hq.out" "总部" "HQ")
hq_url=$(fact "$ready" agent) console=$(fact "$ready" console) ca=$(fact "$ready" ca_sha256)
say "总部已启动：$hq_url" "HQ runs: $hq_url"

token=$(hq token create --data "$try/hq" --outlet TRY-001)
agent enroll --hq "$hq_url" --token "$token" --ca-sha256 "$ca"
"$java" -jar "$agent_jar" --lang $lang --home "$try/workstation" run >"$try/workstation.out" 2>"$try/workstation.out.err" &
agent_pid=$!
ready=$(await $agent_pid "$try/workstation.out" "扫描电脑" "The workstation")
say "扫描电脑已启动：监视项 $(fact "$ready" sensors) 个，在看的 $(fact "$ready" live) 个。" \
  "The workstation runs: $(fact "$ready" live) of $(fact "$ready" sensors) sensors live."
# HQ prints the first console user's password once, on its standard error.
login=$(grep -m1 'admin' "$try/hq.out.err" || :)
if [ "$(id -u)" != 0 ]; then
  say "没有用 root 运行：U盘照常监视；新程序只看部分文件夹，全盘监视和“由哪个程序写入”需要 root。" \
    "Not run as root: sticks are watched as usual; new programs only in some folders. All file systems, and which process wrote a file, need root."
fi
say "管理页面：$console（证书由本机总部签发，浏览器会提示一次）" \
  "Console: $console (its certificate is the local HQ's own; the browser asks once)"

[ -z "$login" ] || printf '%s\n' "$login"

# ---- new records ---------------------------------------------------------------------------------------------------------

say "插一个U盘试试。新记录显示在下面，按 Ctrl-C 结束。" "Plug in a stick. New records appear below; Ctrl-C ends."
agent evidence list --follow
