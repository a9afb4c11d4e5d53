#!/usr/bin/env bats
# bench.bats - the comparison itself works: a round of it, as short as can be

bats_require_minimum_version 1.5.0

@test "a short round with what is always there: results, samples, ratios" {
	local output_dir=$BATS_TEST_TMPDIR/results
	PYTHONDONTWRITEBYTECODE=1 timeout 100 "${abs_top_srcdir:?}/tests/bench/bench.py" \
		--build "${abs_top_builddir:?}" --output "$output_dir" --rounds 1 --seconds 0.2 \
		--peers hellod,python --cells '50 connections,UNIX socket,session'
	grep -q '^| hellod | [0-9.]* | [0-9.]* | [0-9.]* | [0-9.]* |$' "$output_dir/results.md"
	grep -q '^| bare loop | 1\.00 | 1\.00 ' "$output_dir/results.md"
	/usr/bin/python3 - "$output_dir/samples.json" <<-'END'
		import json, sys
		found = json.load(open(sys.argv[1]))
		assert found["machine"]["kernel"] and found["machine"]["processor"], found["machine"]
		assert not found["skipped"], found["skipped"]
		assert len(found["samples"]) == 4 * 4, len(found["samples"])
		for sample in found["samples"]:
		    assert sample["failed"] == 0 and sample["operations"] > 0, sample
		    assert sample["server_us"] > 0, sample
	END
}

@test "a peer that is not installed is skipped, with its reason" {
	local output_dir=$BATS_TEST_TMPDIR/results
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$(command -v taskset)" "$BATS_TEST_TMPDIR/bin"
	run -0 --separate-stderr env "PATH=$BATS_TEST_TMPDIR/bin" PYTHONDONTWRITEBYTECODE=1 \
		/usr/bin/python3 "${abs_top_srcdir:?}/tests/bench/bench.py" --build "${abs_top_builddir:?}" \
		--output "$output_dir" --rounds 1 --seconds 0.1 --peers hellod,node --cells '1 connection'
	[[ $stderr == *"skipped: Node: node is not installed (Debian: nodejs)"* ]]
	[[ $output == *"Skipped: Node: node is not installed"* ]]
}
