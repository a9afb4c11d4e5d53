# waiting.bash - for a condition, never for a while
#
# The suites of hellod load it, and those in the box.

DEADLINE=60 # seconds; what takes longer has failed

# Whole seconds that a promise of so many may take on this machine as busy as
# it is: as many more as there are others that want its processors.
patience() { # SECONDS
	local load
	read -r load _ </proc/loadavg
	echo $(($1 + $1 * ${load%.*} / $(nproc)))
}

# wait_until [-t SECONDS] COMMAND... - polls until the command succeeds
wait_until() {
	local seconds=$DEADLINE begun waited
	if [ "$1" = -t ]; then
		seconds=$(patience "$2")
		shift 2
	fi
	begun=${EPOCHREALTIME/[.,]/}
	until "$@"; do
		waited=$((${EPOCHREALTIME/[.,]/} - begun))
		if [ "$waited" -gt $((seconds * 1000000)) ]; then
			echo "not within $seconds s: $*" >&2
			return 1
		fi
		pause_after "$waited"
	done
}

# A twentieth of the time that has gone by already: to ask costs others their time,
# many ask at once, and what is long in coming may be seen a little later.
pause_after() { # MICROSECONDS
	local pause=$(($1 / 20000))
	printf -v pause 0.%03d $((pause < 20 ? 20 : pause > 200 ? 200 : pause))
	sleep "$pause"
}

not() { # COMMAND...
	! "$@"
}
