#!/usr/bin/env bash
# Build, Lint, Test, Docs, Demo or Clean, with PowerShell from PATH or from the pinned .NET tool; without either, as far as that goes.
set -euo pipefail
cd "$(dirname "$0")"
task=${1:-Build}

if command -v pwsh >/dev/null 2>&1; then
    exec pwsh -NoProfile -File build.ps1 -Task "$task"
fi
if dotnet tool restore >/dev/null 2>&1 && dotnet pwsh -NoProfile -Command 'exit 0' >/dev/null 2>&1; then
    exec dotnet pwsh -NoProfile -File build.ps1 -Task "$task"
fi

echo "No PowerShell: pwsh is not on PATH and 'dotnet tool restore' could not bring it; the cmdlets are built but not run." >&2
build() {
    # Without the libraries of Export-AutodiffReport the rest works, and the cmdlet says what is missing.
    if ! { npm ci --prefix reports --ignore-scripts --no-audit --no-fund && node reports/build.mjs; } >/dev/null 2>&1; then
        echo "npm is missing or could not bring the libraries of Export-AutodiffReport; the module is built without them."
    fi
    dotnet build src/PSAutodiff --configuration Release --nologo --verbosity quiet
    rm -rf out/PSAutodiff
    mkdir -p out/PSAutodiff
    cp -R module/. LICENSE src/PSAutodiff/bin/Release/net10.0/*.dll out/PSAutodiff/
    echo "Built out/PSAutodiff (without help pages, which need PowerShell)"
}

lint() { dotnet format PSAutodiff.sln --verify-no-changes; }

case "$task" in
    Build | Docs)
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
        pester=$(cat tests/Pester/*.Tests.ps1 | grep -cE '^\s*It ' || true)
        echo "The Pester tests were skipped: $pester tests (more with their cases) need PowerShell."
        echo "$passed passed, $failed failed, $((skipped + pester)) skipped"
        [ "$failed" -eq 0 ]
        ;;
    Demo)
        dotnet run --project examples/EngineDemo --configuration Release
        ;;
    Clean)
        rm -rf out src/*/bin src/*/obj tests/*/bin tests/*/obj bench/bin bench/obj examples/*/bin examples/*/obj
        ;;
    *)
        echo "usage: ./build.sh [Build|Lint|Test|Docs|Demo|Clean]" >&2
        exit 2
        ;;
esac
