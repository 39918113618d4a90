# An MCP server for tests: JSON-RPC, one message a line, over standard input and output.
#
# Its tools: `greet` answers, `fail` says that it failed, `flood` answers with a lot, `picture` with an image, `die` ends the
# server, `hang` never answers, `env` tells what it knows of the environment. SERVER is its name.
while IFS= read -r line; do
    id=${line#*\"id\":}
    id=${id%%[,\}]*}
    answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
    text() { answer "{\"content\":[{\"type\":\"text\",\"text\":\"$1\"}]}"; }
    tool() { printf '{"name":"%s","description":"Test.","inputSchema":{"type":"object","properties":{"who":{"type":"string"}}}}' "$1"; }
    case $line in
    *'"method":"initialize"'*)
        answer "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"${SERVER:-tester}\",\"version\":\"1\"}}"
        ;;
    *'"method":"tools/list"'*)
        answer "{\"tools\":[$(tool greet),$(tool fail),$(tool flood),$(tool picture),$(tool die),$(tool hang),$(tool env)]}"
        ;;
    *'"method":"ping"'*) answer '{}' ;;
    *'"method":"notifications/cancelled"'*) echo cancelled >> "$HOME/cancelled" ;;
    *'"name":"greet"'*) text "hello from ${SERVER:-tester}" ;;
    *'"name":"fail"'*) answer '{"content":[{"type":"text","text":"it went wrong"}],"isError":true}' ;;
    *'"name":"flood"'*) text "$(i=0; while [ $i -lt 2000 ]; do printf '0123456789012345678901234567890123456789'; i=$((i + 1)); done)" ;;
    *'"name":"picture"'*) answer '{"content":[{"type":"image","mimeType":"image/png","data":"AAAA"}]}' ;;
    *'"name":"die"'*) echo 'no more' >&2; exit 3 ;;
    *'"name":"hang"'*) ;;
    *'"name":"env"'*) text "$(env | sed 's/=.*//' | sort | tr '\n' ' ')" ;;
    esac
done
echo gone >> "$HOME/gone"
