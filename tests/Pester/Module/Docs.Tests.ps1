# Every block of code in README.md and docs is run here, and what it prints is compared with what the page shows.
#
# A block is one of:
# - a session: it begins with 'PS> '. What a command prints is compared with the lines up to the next prompt.
# - a script: ```powershell. The block ```Output after it shows what it prints; without one, the remarks at the ends of its lines do, or it prints nothing.
# - the syntax and the YAML of a cmdlet's page, which the help tests check.
# Blocks that write reports are left out where there is nothing to write them with.
# The blocks of a page share a session. All pages share a folder, which has the examples and their data in it and stands for the root. A block that cannot be run is in $skipped.
BeforeDiscovery {
    . "$PSScriptRoot/../Support.ps1"
    $root = Split-Path (Split-Path (Split-Path $PSScriptRoot))
    $noReport, $noPicture = (Get-ReportProblem), (Get-ReportProblem -Svg)
    # Page, beginning of the block, reason.
    $skipped = @(
        @{ Page = 'README.md'; Start = './build.sh Demo'; Reason = 'it builds the module' }
        @{ Page = 'README.md'; Start = './build.sh Test'; Reason = 'it runs these tests' }
        @{ Page = 'docs/explanation/benchmarks.md'; Start = '100,000 rows, two columns'; Reason = 'it shows times of a benchmark' }
        @{ Page = 'docs/explanation/benchmarks.md'; Start = '200,000 rows of 2 columns'; Reason = 'it shows times of a benchmark' }
        @{ Page = 'docs/explanation/benchmarks.md'; Start = 'Five points, 1,255 steps'; Reason = 'it shows times of a benchmark' }
        @{ Page = 'docs/explanation/benchmarks.md'; Start = 'an empty module: import'; Reason = 'it shows times of a benchmark' }
        @{ Page = 'docs/en-US/New-AutodiffSession.md'; Start = '$s = New-AutodiffSession web1, web2, web3'; Reason = 'it needs other machines' }
        @{ Page = 'docs/en-US/New-AutodiffSession.md'; Start = '$s = New-AutodiffSession -HostName ops@web1'; Reason = 'it needs other machines' }
        @{ Page = 'docs/en-US/about_PSAutodiff_Remoting.md'; Start = '$result = Import-Csv data.csv'; Reason = 'it needs other machines' }
        @{ Page = 'docs/en-US/about_PSAutodiff_Remoting.md'; Start = '$table = Import-Csv data.csv'; Reason = 'it needs other machines' }
        @{ Page = 'docs/en-US/about_PSAutodiff_Remoting.md'; Start = 'Invoke-Command $s {'; Reason = 'it needs other machines' }
        @{ Page = 'docs/en-US/about_PSAutodiff_Remoting.md'; Start = '$s = New-AutodiffSession -HostName web1, web2'; Reason = 'it needs other machines' }
        @{ Page = 'docs/en-US/about_PSAutodiff_Remoting.md'; Start = '$fit = Invoke-CurveFit'; Reason = 'it needs other machines' }
        @{ Page = 'docs/en-US/about_PSAutodiff_Remoting.md'; Start = '# apt-get'; Reason = 'it sets up another machine' }
        @{ Page = 'docs/en-US/about_PSAutodiff_Remoting.md'; Start = '$ ssh-keygen'; Reason = 'it needs another machine' }
        @{ Page = 'docs/explanation/many-machines.md'; Start = 'Opening 2 sessions'; Reason = 'it shows times of a benchmark' }
        @{ Page = 'docs/tutorials/getting-started.md'; Start = 'Import-Module ./out/PSAutodiff'; Reason = 'the session has the module' }
        @{ Page = 'docs/how-to/csv-to-service.md'; Start = '$body = ConvertTo-Json'; Reason = 'it needs the service, with which CsvToService.Tests runs it' }
        @{ Page = 'docs/tutorials/fit-a-csv.md'; Start = '0 7 * * *'; Reason = 'it is a line of crontab' }
        @{ Page = 'docs/tutorials/fit-a-csv.md'; Start = 'schtasks'; Reason = 'it is for Windows, and changes the machine' }
        @{ Page = 'docs/tutorials/fit-a-csv.md'; Start = '# A job for a task scheduler'; Reason = 'it ends its session: the block after it runs it from its file' }
        @{ Page = 'docs/en-US/Import-IdxData.md'; Start = '$x = (Import-IdxData train-images-idx3-ubyte.gz)'; Reason = 'it needs the files of MNIST' }
    )

    # The blocks of a page in order: line, kind, text, expected output. A block of an unknown kind is a block of kind Unknown.
    function Get-Block([string]$Page) {
        $lines = @(Get-Content (Join-Path $root $Page))
        $heading = ''
        $blocks = [Collections.Generic.List[hashtable]]::new()
        for ($i = 0; $i -lt $lines.Count; $i++) {
            if ($lines[$i] -match '^#+ (.+)') { $heading = $Matches[1] }
            if ($lines[$i] -notmatch '^```(\w*)') { continue }
            $info, $first = $Matches[1], ($i + 1)
            do { $i++ } until ($i -ge $lines.Count -or $lines[$i] -match '^```\s*$')
            $text = @($lines[$first..($i - 1)]) -join "`n"
            if ($first -eq $i) { $text = '' }
            # C# and what its program prints are compiled, run and compared by AddedOperationTests of the engine's tests.
            if ($Page -in 'docs/how-to/adding-an-operation.md', 'docs/how-to/adding-an-activation.md' -and $info -in 'csharp', 'text') { continue }
            # The service and the programs of this page are run by CsvToService.Tests.
            if ($Page -eq 'docs/how-to/csv-to-service.md' -and $info -in 'xml', 'csharp', 'python', 'text') { continue }
            if ($info -eq 'yaml' -or (-not $info -and $text -match "^$([regex]::Escape((Split-Path $Page -LeafBase))) ")) { continue }
            $skip = $skipped | Where-Object { $_.Page -eq $Page -and $text.StartsWith($_.Start) }
            $problem = $text -notmatch 'Export-AutodiffReport' ? $null : $text -match '-Format Svg' ? $noPicture : $noReport
            if ($problem -and -not $skip) { $skip = @{ Reason = $problem } }
            $previous = if ($blocks.Count) { $blocks[-1] }
            if ($info -eq 'Output' -and $previous.Kind -eq 'Script' -and $null -eq $previous.Expected) { $previous.Expected = $text; continue }
            $kind = if ($skip) { 'Skipped' } elseif ($text -match '^PS> ') { 'Session' } elseif ($info -eq 'powershell') { 'Script' } else { 'Unknown' }
            $blocks.Add(@{ Page = $Page; Line = $first; Heading = $heading; Kind = $kind; Text = $text; Expected = $null; Skip = $skip })
        }
        $blocks
    }

    $pages = @('README.md') + @(Get-ChildItem (Join-Path $root docs) -Filter *.md -Recurse | Sort-Object FullName -Culture '' |
            ForEach-Object { [IO.Path]::GetRelativePath($root, $_.FullName).Replace('\', '/') })
    $cases = foreach ($page in $pages) { @{ Page = $page; Blocks = @(Get-Block $page) } }
    $entries = foreach ($entry in $skipped) {
        @{ Page = $entry.Page; Start = $entry.Start; Reason = $entry.Reason; Found = @($cases.Blocks | Where-Object { $_.Skip -eq $entry }).Count }
    }
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $searchPath = $env:PSModulePath
    # Stands for the root of the repository and for the folder of the examples, and takes the files that pages write.
    $folder = [IO.Directory]::CreateTempSubdirectory('psautodiff-docs-').FullName
    Copy-Item (Join-Path $repositoryRoot examples) $folder -Recurse
    Copy-Item (Join-Path $repositoryRoot examples/*), (Join-Path $repositoryRoot examples/data/*.csv) $folder -Recurse -Exclude EngineDemo
    # Jobs and runspaces that the pages start find the module here.
    $env:PSModulePath = (Split-Path $moduleBase) + [IO.Path]::PathSeparator + $searchPath

    # Defined in each session: prints what commands write as the console would, line by line.
    $printer = {
        $ErrorActionPreference = 'Continue'
        function Out-Printed {
            $input | ForEach-Object {
                if ($_ -is [Management.Automation.ErrorRecord]) {
                    "$($_.InvocationInfo?.MyCommand?.Name ?? $_.CategoryInfo.Reason): $($_.Exception.Message)"
                }
                elseif ($_ -is [Management.Automation.WarningRecord]) { "WARNING: $_" }
                elseif ($_ -is [Management.Automation.VerboseRecord]) { "VERBOSE: $_" }
                elseif ($_ -is [Management.Automation.InformationRecord]) { "$_" }
                else { , $_ }
            } | Out-String -Width 120
        }
    }

    function Open-Session([string]$Folder) {
        $state = [initialsessionstate]::CreateDefault2()
        $state.ImportPSModule($moduleBase)
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        try { $null = $shell.AddScript("$printer`nSet-Location -LiteralPath '$Folder'").Invoke() }
        finally { $shell.Dispose() }
        $runspace
    }

    # Runs text in a session, as if typed at its prompt, and gives what it prints.
    function Invoke-Text($Runspace, [string]$Text) {
        $shell = [powershell]::Create($Runspace)
        try { -join $shell.AddScript(". {`n$Text`n} *>&1 | Out-Printed").Invoke() }
        catch [Management.Automation.RuntimeException] {
            # An error that ends the pipeline comes out here.
            $record = $_.Exception.InnerException.ErrorRecord
            "$($record.InvocationInfo?.MyCommand?.Name ?? $record.CategoryInfo.Reason): $($record.Exception.Message)"
        }
        finally { $shell.Dispose() }
    }

    # The commands of a session with the output shown for each.
    function Get-Exchange([string]$Text) {
        $command, $output = $null, @()
        foreach ($line in $Text -split "`n") {
            if ($line -match '^PS> (.*)') {
                if ($null -ne $command) { [pscustomobject]@{ Command = $command; Output = $output -join "`n" } }
                $command, $output = $Matches[1], @()
            }
            elseif ($line -match '^>> ?(.*)' -and -not $output) { $command += "`n" + $Matches[1] }
            else { $output += $line }
        }
        [pscustomobject]@{ Command = $command; Output = $output -join "`n" }
    }

    # The statements of a script, which are run one after the other, as when pasted at a prompt.
    function Get-Statement([string]$Text) {
        [Management.Automation.Language.Parser]::ParseInput($Text, [ref]$null, [ref]$null).EndBlock.Statements | ForEach-Object { $_.Extent.Text }
    }

    # What is compared: no times, rates and folders, no blank lines, and no breaks of lines inside of messages, which the width decides.
    function Get-Comparable([string]$Text, [string]$Folder) {
        $plain = $Text -replace '\e\[[0-9;]*m' -replace '(?m)^(Elapsed\s*: )[\d:.]+', '$1<time>' -replace '(?m)^(RowsPerSecond\s*: )[\d,]+', '$1<rate>'
        if ($Folder) { $plain = $plain.Replace($Folder, '/tmp') }
        @($plain -split '\r?\n' | ForEach-Object TrimEnd | Where-Object { $_ }) -join "`n"
    }

    # Messages may be broken into lines anywhere: consoles do that at their width, and pages do.
    function Assert-Printed([string]$Actual, [string]$Expected, [string]$Folder, [string]$Because) {
        $shown, $printed = (Get-Comparable $Expected), (Get-Comparable $Actual $Folder)
        if (($shown -replace '\s+', ' ') -cne ($printed -replace '\s+', ' ') -or ($shown -notmatch '(?m)^(WARNING|[A-Z]\w+-\w+): ' -and $shown -cne $printed)) {
            $printed | Should -BeExactly $shown -Because $Because
        }
    }
}

AfterAll {
    $env:PSModulePath = $searchPath
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'The code of <Page>' -Tag Slow -ForEach $cases {
    BeforeAll { $session = Open-Session $folder }

    AfterAll { $session.Dispose() }

    It 'line <Line>, <Heading>, is <Kind>' -ForEach $Blocks {
        $where = "$Page shows it in line $Line"
        $Kind | Should -Not -Be Unknown -Because "$where, and every block is run or listed here"
        if ($Kind -eq 'Skipped') { Set-ItResult -Skipped -Because $Skip.Reason }
        elseif ($Kind -eq 'Session') {
            foreach ($exchange in Get-Exchange $Text) {
                Assert-Printed (Invoke-Text $session $exchange.Command) $exchange.Output $folder "$where after '$($exchange.Command)'"
            }
        }
        else {
            $printed = -join @(Get-Statement $Text | ForEach-Object { Invoke-Text $session $_ })
            $remarks = @(if ($null -eq $Expected) { [regex]::Matches($Text, '(?m)\S +# (.+)$') | ForEach-Object { $_.Groups[1].Value } })
            if ($null -eq $Expected) { $Expected = $remarks -join "`n" }
            Assert-Printed $printed $Expected $folder $where
        }
    }
}

Describe 'docs/tutorials/getting-started.md' -Tag Slow {
    It 'has fifteen commands, numbered' {
        $text = Get-Content (Join-Path $repositoryRoot docs/tutorials/getting-started.md) -Raw
        [regex]::Matches($text, '(?m)^PS> ') | Should -HaveCount 15
        [regex]::Matches($text, '(?m)^\*\*(\d+)\.\*\*') | ForEach-Object { [int]$_.Groups[1].Value } | Should -Be (1..15)
    }
}

Describe 'The blocks that are not run' -Tag Slow {
    It '<Page>, <Start>, is there: <Reason>' -ForEach $entries {
        $Found | Should -Be 1
    }
}
