# What all cmdlets that write and read files have in common: whole files, links, modes, what is no regular file, names of all kinds.
BeforeDiscovery {
    $unix = -not $IsWindows
    # A stand-in for a full disk that needs no rights: a limit on the size of files.
    $limit = $unix -and (Get-Command sh -CommandType Application -ErrorAction Ignore)
    $writers = @(
        @{ Name = 'Export-AutodiffModel'; Extension = '.json'; Id = 'FileUnwritable'; Write = { param($path, $more = @{}) $net | Export-AutodiffModel -LiteralPath $path @more } }
        @{ Name = 'Export-AutodiffReport'; Extension = '.html'; Id = 'FileUnwritable'; Write = { param($path, $more = @{}) $null = 'x^2' | Export-AutodiffReport -LiteralPath $path @more } }
        @{ Name = 'Start-NetworkTraining -CheckpointPath'; Extension = '.state'; Id = 'CheckpointUnwritable'; Write = { param($path, $more = @{}) $null = $rows | Start-NetworkTraining '(a*x - y)^2' -Epoch 3 -Seed 1 -CheckpointPath $path @more } }
    )
    . "$PSScriptRoot/../Support.ps1"
    if (Get-ReportProblem) { $writers = @($writers | Where-Object Name -NE Export-AutodiffReport) }
    $readers = @(
        @{ Name = 'Import-AutodiffModel'; Id = 'FileUnreadable'; Read = { param($path) Import-AutodiffModel -LiteralPath $path } }
        @{ Name = 'Import-IdxData'; Id = 'FileUnreadable'; Read = { param($path) Import-IdxData -LiteralPath $path } }
        @{ Name = 'Start-NetworkTraining -Resume'; Id = 'CheckpointInvalid'; Read = { param($path) $rows | Start-NetworkTraining '(a*x - y)^2' -Epoch 3 -CheckpointPath $path -Resume } }
    )
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $net = New-NeuralNetwork 2 1, sigmoid -Seed 1
    $rows = 1..4 | ForEach-Object { [pscustomobject]@{ x = $_; y = 2 * $_ } }
    function Get-FreshFolder { (New-Item (Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))) -ItemType Directory).FullName }
    function Get-Name([string]$Folder) { Get-ChildItem -LiteralPath $Folder -Force | ForEach-Object Name | Sort-Object -Culture '' }
}

Describe '<Name> writes a file' -ForEach $writers {
    BeforeEach { $folder = Get-FreshFolder }

    It 'beside files that look like temporary ones, which stay' {
        $file = Join-Path $folder "c$Extension"
        Set-Content "$file.tmp" mine
        1..2 | ForEach-Object { & $Write $file }
        Get-Content "$file.tmp" | Should -BeExactly mine
        Get-Name $folder | Should -BeExactly "c$Extension", "c$Extension.tmp"
    }

    It 'through a link, which stays one, and with the mode that the file had' -Skip:(-not $unix) {
        $file, $link = "c$Extension", "link$Extension" | ForEach-Object { Join-Path $folder $_ }
        & $Write $file
        $old = (Get-Item $file).LastWriteTimeUtc
        chmod 600 $file
        $null = New-Item -ItemType SymbolicLink -Path $link -Target $file
        & $Write $link
        (Get-Item $link).LinkTarget | Should -BeExactly $file
        (Get-Item $file).LinkTarget | Should -BeNullOrEmpty
        (Get-Item $file).LastWriteTimeUtc | Should -BeGreaterThan $old
        (Get-Item $file).UnixMode | Should -BeExactly '-rw-------'
        Get-Name $folder | Should -BeExactly "c$Extension", "link$Extension"
    }

    It 'through a link that leads nowhere, to where it leads' -Skip:(-not $unix) {
        $file, $link = "c$Extension", "link$Extension" | ForEach-Object { Join-Path $folder $_ }
        $null = New-Item -ItemType SymbolicLink -Path $link -Target $file
        & $Write $link
        (Get-Item $link).LinkTarget | Should -BeExactly $file
        (Get-Item $file).Length | Should -BeGreaterThan 0
        Get-Name $folder | Should -BeExactly "c$Extension", "link$Extension"
    }

    It 'but replaces no <Kind>' -Skip:(-not $unix) -ForEach @(
        @{ Kind = 'FIFO'; Make = { param($path) mkfifo $path } }
        @{ Kind = 'device'; Make = { param($path) $null = New-Item -ItemType SymbolicLink -Path $path -Target /dev/null } }
        @{ Kind = 'full device'; Make = { param($path) $null = New-Item -ItemType SymbolicLink -Path $path -Target /dev/full } }
        @{ Kind = 'directory'; Make = { param($path) $null = New-Item -ItemType Directory -Path $path } }
    ) {
        $file = Join-Path $folder "c$Extension"
        & $Make $file
        $before = (Get-Item -LiteralPath $file -Force).UnixMode
        foreach ($more in @{}, @{ Force = $true }) {
            $outcome = Get-Outcome { & $Write $file $more }
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
            $outcome.Errors[0].Exception.Message | Should -BeLike "*'$file'*It is a $($Kind -replace 'full ')*"
        }
        (Get-Item -LiteralPath $file -Force).UnixMode | Should -BeExactly $before
        Get-Name $folder | Should -BeExactly "c$Extension"
    }

    It 'whose name is as long as names may be; a longer one and NUL are errors with an id' {
        $longest = 'n' * (255 - $Extension.Length) + $Extension
        & $Write (Join-Path $folder $longest)
        Get-Name $folder | Should -BeExactly $longest
        foreach ($name in "n$longest", "a`0b$Extension") {
            $outcome = Get-Outcome { & $Write (Join-Path $folder $name) }
            $outcome.Errors | Should -HaveCount 1
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
            $outcome.Errors[0].Exception.Message | Should -Not -Match '[\x00-\x1f]|psautodiff-'
        }
        Get-Name $folder | Should -BeExactly $longest
    }

    It 'not where nobody may write' -Skip:(-not (Test-Path /proc/self)) {
        # Not even root makes files there.
        $outcome = Get-Outcome { & $Write "/proc/c$Extension" }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message | Should -Not -Match 'psautodiff-'
    }
}

Describe 'A disk that is full' -Skip:(-not $limit) {
    BeforeAll {
        $folder = Get-FreshFolder
        $file, $checkpoint = 'model.json', 'training.state' | ForEach-Object { Join-Path $folder $_ }
        New-NeuralNetwork 2 1 -Seed 1 | Export-AutodiffModel $file
        $old = [IO.File]::ReadAllText($file)
        # Files may have 64 kB; the write fails there, as on a full disk, and does not end the process.
        $command = "Import-Module '$moduleBase'
            try { New-NeuralNetwork 100 100 -Seed 1 | Export-AutodiffModel '$file' } catch { (`$_.FullyQualifiedErrorId -split ',')[0]; `$_.Exception.Message }
            `$result = 1..40000 | ForEach-Object { @{ x = `$_ / 40000; y = 1 } } | Start-NetworkTraining '(a*x - y)^2' -Epoch 1 -Seed 1 -CheckpointPath '$checkpoint' -WarningVariable warnings -WarningAction SilentlyContinue
            `$result.StopReason; `$warnings"
        $script = Join-Path $folder command.ps1
        Set-Content $script $command
        $shell = @($shellPath) + $shellArguments | ForEach-Object { "'$_'" }
        $said = sh -c "trap '' XFSZ; ulimit -f 128; export DOTNET_EnableWriteXorExecute=0 POWERSHELL_TELEMETRY_OPTOUT=1; exec $shell -NoProfile -NonInteractive -File '$script'" 2>&1
    }

    It 'leaves the old file and nothing beside it, and is said' {
        $said[0] | Should -BeExactly FileUnwritable -Because "it said $said"
        $said[1] | Should -BeLike "*'$file' cannot be written: *"
        $said[1] | Should -Not -BeLike '*psautodiff-*'
        [IO.File]::ReadAllText($file) | Should -BeExactly $old
        Get-Name $folder | Should -BeExactly command.ps1, model.json
    }

    It 'costs a training its checkpoint, not its result' {
        $said[2] | Should -BeExactly Completed
        $said[3] | Should -BeLike 'The last checkpoint could not be written: *'
    }
}

Describe '<Name> reads' -ForEach $readers {
    It 'no <Kind>, and does not wait for it' -Skip:(-not $unix) -ForEach @(
        @{ Kind = 'FIFO' }, @{ Kind = 'device' }
    ) {
        $file = if ($Kind -eq 'FIFO') { Join-Path (Get-FreshFolder) fifo } else { '/dev/zero' }
        if ($Kind -eq 'FIFO') { mkfifo $file }
        $outcome = Get-Outcome { & $Read $file }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message | Should -BeLike "*'$file'*$Kind, not a regular file*"
    }
}

Describe 'A name with characters of wildcards' {
    BeforeAll {
        $folder = Get-FreshFolder
        Push-Location $folder
        $names = 'ok [1].json', 'a`b.json', '[x]', 'star*.json', 'q?.json', "it's [2].json"
    }

    AfterAll { Pop-Location }

    It 'is written and found as Tab completion writes it: <_>' -ForEach @('ok [1].json', 'a`b.json', '[x]', 'star*.json', 'q?.json', "it's [2].json") {
        # What Tab makes of the beginning of the name, quotes included.
        Set-Content -LiteralPath (Join-Path $folder $_) ''
        $line = "Import-AutodiffModel -Path ./$([WildcardPattern]::Escape($_.Substring(0, 1)))"
        $completed = ([System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches |
                Where-Object ListItemText -CEQ $_).CompletionText
        $completed | Should -Not -BeNullOrEmpty
        & ([scriptblock]::Create("`$net | Export-AutodiffModel -Path $completed"))
        (& ([scriptblock]::Create("Import-AutodiffModel -Path $completed"))).ToJson() | Should -BeExactly $net.ToJson()
        Get-Name $folder | Should -BeExactly $_

        # Tab leaves * and ? as they are, so that without the file they are wildcards that match nothing.
        if ($_ -notmatch '[*?]') {
            Remove-Item -LiteralPath $_
            & ([scriptblock]::Create("`$net | Export-AutodiffModel -Path $completed"))
            Get-Name $folder | Should -BeExactly $_
        }

        $null = & ([scriptblock]::Create("`$rows | Start-NetworkTraining '(a*x - y)^2' -Epoch 2 -CheckpointPath $completed -Force"))
        Get-Name $folder | Should -BeExactly $_
        Remove-Item -LiteralPath $_
    }

    It 'may still be a wildcard' {
        1..2 | ForEach-Object { $net | Export-AutodiffModel -LiteralPath "m[$_].json" }
        @(Import-AutodiffModel -Path 'm*.json') | Should -HaveCount 2
        @(Import-AutodiffModel -Path 'm?1?.json') | Should -HaveCount 1
        Get-ErrorId (Get-Outcome { $net | Export-AutodiffModel -Path 'm*.json' }).Errors[0] | Should -BeExactly PathInvalid
        Get-Name $folder | Should -BeExactly 'm[1].json', 'm[2].json'
    }

    It 'is written by -LiteralPath alone where no file matches, as by Export-Csv: <_>' -ForEach 'no*.json', 'no?.json', '[n].json' {
        $before = Get-Name $folder
        foreach ($write in { $net | Export-AutodiffModel -Path $_ }, { $net | Export-AutodiffModel $_ }, { 'x^2' | Export-AutodiffReport -Path ($_ -replace 'json', 'html') }) {
            $outcome = Get-Outcome $write
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly PathInvalid
            $outcome.Errors[0].Exception.Message | Should -BeLike '*matches no file. Use -LiteralPath*'
        }
        Get-Name $folder | Should -BeExactly $before
        $net | Export-AutodiffModel -LiteralPath $_
        Remove-Item -LiteralPath $_
        Get-Name $folder | Should -BeExactly $before
    }
}

Describe 'A file at -CheckpointPath that is not a checkpoint' {
    It 'is not replaced unasked' {
        $file = Join-Path (Get-FreshFolder) thesis.txt
        Set-Content $file 'three years of work'
        $outcome = Get-Outcome { $rows | Start-NetworkTraining '(a*x - y)^2' -Epoch 2 -CheckpointPath $file }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly CheckpointUnwritable
        Get-Content $file | Should -BeExactly 'three years of work'
        ($rows | Start-NetworkTraining '(a*x - y)^2' -Epoch 2 -CheckpointPath $file -Force -Seed 1).Steps | Should -Be 8
        ($rows | Start-NetworkTraining '(a*x - y)^2' -Epoch 2 -CheckpointPath $file -Resume).Steps | Should -Be 8
    }
}

Describe 'Several objects' {
    BeforeEach { $folder = Get-FreshFolder }

    It 'are no model for one file, which stays as it was' {
        $file = Join-Path $folder one.json
        Set-Content $file old
        $outcome = Get-Outcome { $net, $net | Export-AutodiffModel -Path $file }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly PathInvalid
        Get-Content $file | Should -BeExactly old
        Get-ErrorId (Get-Outcome { 'x', $net | Export-AutodiffModel -Path $file }).Errors[0] | Should -BeExactly PathInvalid
        Get-Content $file | Should -BeExactly old
        { & { $net; throw 'upstream' } | Export-AutodiffModel -Path (Join-Path $folder two.json) } | Should -Throw upstream
        Get-Name $folder | Should -BeExactly one.json
    }

    It 'are pictures that are all written or none' -Skip:([bool](Get-ReportProblem)) {
        $file = Join-Path $folder r.svg
        Set-Content (Join-Path $folder r-2.svg) old
        Set-ItemProperty (Join-Path $folder r-2.svg) IsReadOnly $true
        $outcome = Get-Outcome { 'x^2', 'x^3', 'x^4' | Export-AutodiffReport -Path $file }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly FileUnwritable
        Get-Name $folder | Should -BeExactly r-2.svg
        $written = 'x^2', 'x^3', 'x^4' | Export-AutodiffReport -Path $file -Force
        $written.Name | Sort-Object | Should -BeExactly (Get-Name $folder)
        $written.Count | Should -BeGreaterThan 2
    }
}
