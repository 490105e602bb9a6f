#!/usr/bin/env bash
# Build, Lint, Test, Docs, Demo, Pack or Clean, with PowerShell from PATH or from the pinned .NET tool; without either, as far as that goes.
set -euo pipefail
cd "$(dirname "$0")"
task=${1:-Build}

if command -v pwsh >/dev/null 2>&1 && pwsh -NoProfile -NonInteractive -Command 'exit [int]($PSVersionTable.PSVersion -lt [version]"7.6")'; then
    exec pwsh -NoProfile -File build.ps1 -Task "$task"
fi
# The pwsh that jobs start looks for .NET at its default place, unless told where it is.
if [ -z "${DOTNET_ROOT:-}" ]; then
    DOTNET_ROOT=$(dotnet --list-sdks | sed -n 's/.*\[\(.*\)[\/]sdk\]$/\1/p' | tail -n 1)
    export DOTNET_ROOT
fi
if tool=$(dotnet tool restore 2>&1) && tool=$(dotnet pwsh -NoProfile -Command 'exit 0' 2>&1); then
    exec dotnet pwsh -NoProfile -File build.ps1 -Task "$task"
fi

printf 'No PowerShell: no pwsh 7.6 is on PATH, and the pinned .NET tool could not be had:\n%s\nThe cmdlets are built but not run.\n' "$tool" >&2
build() { dotnet msbuild src/Module.proj -nologo -verbosity:minimal "$@"; }

lint() { dotnet format PSAutodiff.sln --verify-no-changes; }

case "$task" in
    Build)
        build
        ;;
    Lint)
        lint
        ;;
    Test)
        lint
        build
        log=$(mktemp)
        trap 'rm -f "$log"' EXIT
        status=0
        dotnet test tests/PSAutodiff.Engine.Tests --configuration Release --nologo 2>&1 | tee "$log" || status=$?
        counts=$(grep -oE 'Failed: +[0-9]+, Passed: +[0-9]+, Skipped: +[0-9]+' "$log" | tail -n 1 || true)
        [ -n "$counts" ] || { echo "The engine's tests did not run." >&2; exit 1; }
        read -r failed passed skipped <<<"$(grep -oE '[0-9]+' <<<"$counts" | tr '\n' ' ')"
        if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
        # Each test that failed, with how its message begins.
        failures=$(awk '
            /^  Failed [^ ]/ { sub(/^  Failed /, ""); sub(/ \[[^]]*\]\r?$/, ""); print "Failed: " $0; lines = 0; next }
            /^  Error Message:/ { lines = 7; next }
            /^  Stack Trace:/ { lines = 0 }
            lines > 0 && NF { sub(/^ +/, ""); print "    " substr($0, 1, 300); lines-- }
        ' "$log")
        if [ "$failed" -gt 0 ] && [ -z "$failures" ]; then failures="Failed: the run of the engine's tests (exit code $status); see above."; fi
        pester=$(cat tests/Pester/*/*.Tests.ps1 | grep -cE '^\s*It ' || true)
        echo "Skipped: $pester Pester tests (more with their cases), since they need PowerShell."
        [ -z "$failures" ] || echo "$failures"
        echo "$passed passed, $failed failed, $((skipped + pester)) skipped"
        [ "$failed" -eq 0 ]
        ;;
    Demo)
        echo "The demo of the cmdlets needs PowerShell; this is the engine's."
        dotnet run --project examples/EngineDemo --configuration Release
        ;;
    Docs | Pack)
        echo "$task needs PowerShell." >&2
        exit 1
        ;;
    Clean)
        build -target:Clean
        ;;
    *)
        echo "usage: ./build.sh [Build|Lint|Test|Docs|Demo|Pack|Clean]" >&2
        exit 2
        ;;
esac
