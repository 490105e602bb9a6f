# What a program can see of README.md and docs: the index, links, width of lines, headings and words.
BeforeDiscovery {
    $root = Split-Path (Split-Path (Split-Path $PSScriptRoot))
    function Get-Page([string]$Folder) {
        Get-ChildItem (Join-Path $root $Folder) -Filter *.md -Recurse | Sort-Object FullName -Culture '' |
            ForEach-Object { [IO.Path]::GetRelativePath($root, $_.FullName).Replace('\', '/') }
    }
    $all = @('README.md', 'CONTRIBUTING.md') + @(Get-Page docs)
    # The help pages follow the form of PlatyPS.
    $linked = foreach ($page in $all) { @{ Page = $page } }
    $styled = foreach ($page in $all -notlike 'docs/en-US/*' -notlike 'docs/explanation/decisions/*' -ne 'CONTRIBUTING.md') { @{ Page = $page } }
    $worded = foreach ($page in $all + 'CHANGELOG.md') { @{ Page = $page } }
    $indexed = foreach ($page in Get-Page docs) { if ($page -ne 'docs/README.md') { @{ Target = $page.Substring(5) } } }
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    # The lines of a page without its blocks of code, with their numbers.
    function Get-Prose([string]$Page) {
        $code, $number = $false, 0
        foreach ($line in Get-Content (Join-Path $repositoryRoot $Page)) {
            $number++
            if ($line -match '^```') { $code = -not $code; continue }
            if (-not $code) { [pscustomobject]@{ Number = $number; Text = $line; Plain = $line -replace '`[^`]*`' } }
        }
    }

    function Get-Anchor([string]$Path) {
        Get-Content $Path | Where-Object { $_ -match '^#+ ' } | ForEach-Object { ($_ -replace '^#+ ').ToLowerInvariant() -replace '[^\p{L}\p{N}\- ]' -replace ' ', '-' }
    }
}

Describe 'docs/README.md' {
    It 'links <Target>' -ForEach $indexed {
        Get-Content (Join-Path $repositoryRoot docs/README.md) -Raw | Should -Match "\]\($([regex]::Escape($Target))\)"
    }

    It 'links each cmdlet' {
        $text = Get-Content (Join-Path $repositoryRoot docs/README.md) -Raw
        $missing = (Get-Module PSAutodiff).ExportedCmdlets.Keys | Where-Object { $text -notmatch "\]\(en-US/$_\.md\)" }
        $missing | Should -BeNullOrEmpty
    }
}

Describe 'README.md' {
    It 'has 120 lines or fewer' {
        @(Get-Content (Join-Path $repositoryRoot README.md)).Count | Should -BeLessOrEqual 120
    }
}

Describe 'docs/explanation/numerics.md' {
    It 'names the test of each claim, and the test is there' {
        $text = Get-Content (Join-Path $repositoryRoot docs/explanation/numerics.md) -Raw
        $claims = [regex]::Matches($text, '(?ms)^- (\*\*.+?\*\*.*?)(?=\r?\n(- |\r?\n))') | ForEach-Object { $_.Groups[1].Value }
        $claims.Count | Should -BeGreaterThan 15
        $unheld = foreach ($claim in $claims) {
            if ($claim -notmatch '\[`(.+?)`\]\(\.\./\.\./(tests/[^)]+)\)\s*$') { $claim; continue }
            $name, $file = $Matches[1], (Join-Path $repositoryRoot $Matches[2])
            $declared = $file.EndsWith('.cs') ? "void $name(" : "It '$name'"
            if (-not (Test-Path $file) -or -not (Get-Content $file -Raw).Contains($declared)) { $claim }
        }
        $unheld | Should -BeNullOrEmpty
    }
}

Describe 'The links of <Page>' -ForEach $linked {
    It 'lead to files and headings' {
        $folder = Split-Path (Join-Path $repositoryRoot $Page)
        $broken = foreach ($line in Get-Prose $Page) {
            foreach ($match in [regex]::Matches($line.Plain, '\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)')) {
                $path = $match.Groups[1].Value ? (Join-Path $folder $match.Groups[1].Value) : (Join-Path $repositoryRoot $Page)
                if (-not (Test-Path -LiteralPath $path)) { "line $($line.Number): $($match.Value)" }
                elseif ($match.Groups[2].Value -and $match.Groups[2].Value.Substring(1) -notin @(Get-Anchor $path)) { "line $($line.Number): $($match.Value)" }
            }
        }
        $broken | Should -BeNullOrEmpty
    }
}

Describe 'The style of <Page>' -ForEach $styled {
    It 'keeps lines of prose within 100 columns' {
        # Tables, pictures and lines that are a link or one piece of code cannot be broken.
        $wide = Get-Prose $Page | Where-Object { $_.Text.Length -gt 100 -and $_.Text -notmatch '^(\||!\[|\s*(- )?\[[^\]]*\]\([^)]*\)|\s*`[^`]*`\S*$)' }
        $wide | ForEach-Object { "line $($_.Number): $($_.Text.Length)" } | Should -BeNullOrEmpty
    }

    It 'has one title, and does not skip a level of headings' {
        $levels = @(Get-Prose $Page | Where-Object Text -Match '^#+ ' | ForEach-Object { ($_.Text -replace ' .*').Length })
        $levels[0] | Should -Be 1
        @($levels -eq 1) | Should -HaveCount 1
        for ($i = 1; $i -lt $levels.Count; $i++) { $levels[$i] | Should -BeLessOrEqual ($levels[$i - 1] + 1) }
    }

    It 'has headings in sentence case' {
        # A word with a capital inside of a heading is a name.
        $names = 'SymPy', 'JAX', 'NumPy', 'SciPy', 'R', 'Excel', 'Solver', 'CSV', 'JSON', 'LaTeX', 'Node.js', 'PowerShell', 'Hessian', 'Newton''s'
        $odd = foreach ($line in Get-Prose $Page | Where-Object Text -Match '^#+ ') {
            $words = ($line.Plain -replace '^#+ ' -replace ': \w', ': ') -split '[\s,?]+' | Where-Object { $_ } | Select-Object -Skip 1
            foreach ($word in $words) { if ($word -cmatch '^[A-Z]' -and $word -notin $names) { "line $($line.Number): $word" } }
        }
        $odd | Should -BeNullOrEmpty
    }
}

# Help pages, about pages and the decisions too, and what is new in the change log.
Describe 'The words of <Page>' -ForEach $worded {
    It 'are not those that the style guide replaces' {
        $words = '(?<!\bthere )\bis no\b(?! longer)', '(?<!\bthere )(?<!^\W*)\bare no\b(?! (longer|larger|more))', '\bmostly\b', '\ba training\b(?! (run|row|step|loss|set|data|result|file|loop))', '\btrainings\b', '\bthe most (passes|steps|threads|rows|epochs)\b',
        '\bfor so many\b', '\bwhoever\b', '\bmisspelt\b', '\w(nim|xim|optim|normal|standard)is(e|es|ed|ing|er)\b', '\b(colour|behaviour|neighbour|labelled|licence)', '\bstart values?\b', '\bfor ever\b'
        $found = foreach ($line in Get-Prose $Page) {
            if ($Page -eq 'CHANGELOG.md' -and $line.Text -match '^## (?!\[Unreleased\])') { break }
            foreach ($word in $words) { if (($line.Plain -replace '\]\([^)]*\)') -match $word) { "line $($line.Number): $($Matches[0])" } }
        }
        $found | Should -BeNullOrEmpty
    }
}
