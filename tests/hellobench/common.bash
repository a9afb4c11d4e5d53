# common.bash - what the tests of hellobench share

HELLOBENCH="${abs_top_builddir:?}/hellobench"

# bench CODE ARGUMENT... - runs hellobench, expects the exit code; its report as
# JSON is in $output
bench() {
	local code=$1
	shift
	run "-$code" --separate-stderr timeout 60 "$HELLOBENCH" --json "${TO[@]}" "$@"
}

# figure KEY... - prints a figure of the report: figure latency_us p50
figure() {
	/usr/bin/python3 -c '
import json, sys
value = json.loads(sys.argv[1])
for key in sys.argv[2:]:
    value = value[key]
print(value)' "$output" "$@"
}

# holds EXPRESSION - true when it is for the report r, as Python reads both
holds() {
	/usr/bin/python3 -c '
import json, sys
r = json.loads(sys.argv[1])
if not eval(sys.argv[2]):
    sys.exit("not so: " + sys.argv[2] + "\n" + sys.argv[1])' "$output" "$1"
}
