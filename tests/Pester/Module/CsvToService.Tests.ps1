# The page "From CSV to service", block by block: the model is trained and exported as it says, the service is built, started and asked, and the programs in Python are run.
# What needs a runtime that is not there is skipped, and says which.
BeforeDiscovery {
    $noSdk = (Get-Command dotnet -ErrorAction Ignore) ? $null : 'the SDK of .NET is not installed'
    $python = Get-Command /usr/bin/python3, python3 -ErrorAction Ignore | Select-Object -First 1 -ExpandProperty Source
    function Get-PythonProblem([string]$Module) {
        if (-not $python) { return 'Python is not installed' }
        & $python -W ignore -c "import $Module" *> $null
        $LASTEXITCODE ? "Python has no $Module" : $null
    }
    $noOnnxRuntime = Get-PythonProblem onnxruntime
    $noNumPy = Get-PythonProblem numpy
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $python = Get-Command /usr/bin/python3, python3 -ErrorAction Ignore | Select-Object -First 1 -ExpandProperty Source

    # The blocks of the page in order: their heading, what they are written in, and their text.
    $heading = ''
    $blocks = foreach ($part in [regex]::Matches((Get-Content (Join-Path $repositoryRoot docs/how-to/csv-to-service.md) -Raw), '(?ms)^## (?<head>.+?)$|^```(?<kind>\w*)\n(?<text>.*?)^```$')) {
        if ($part.Groups['head'].Success) { $heading = $part.Groups['head'].Value }
        else { [pscustomobject]@{ Heading = $heading; Kind = $part.Groups['kind'].Value; Text = $part.Groups['text'].Value.TrimEnd() } }
    }

    function Get-PageText([string]$Heading, [string]$Kind) { ($blocks | Where-Object { $_.Heading -eq $Heading -and $_.Kind -eq $Kind }).Text }

    # The commands of a session, without what they print.
    function Get-Command-Text([string]$Text) { (@($Text -split "`n") -match '^(PS>|>>) ' -replace '^(PS>|>>) ') -join "`n" }

    $folder = Join-Path $TestDrive page
    $null = New-Item $folder -ItemType Directory
    Copy-Item (Join-Path $repositoryRoot examples) $folder -Recurse
    Push-Location $folder
    foreach ($session in @(Get-PageText 'Train and export' '') + @(Get-PageText 'Python with NumPy alone' '')) { . ([scriptblock]::Create((Get-Command-Text $session))) | Out-Null }

    function Invoke-PageProgram([string]$Heading) {
        $file = Join-Path $folder program.py
        Set-Content $file (Get-PageText $Heading python)
        $printed = & $python -W ignore $file 2>&1 | ForEach-Object ToString
        $LASTEXITCODE | Should -Be 0 -Because ($printed -join "`n")
        ($printed -join "`n").Trim() | Should -BeExactly (Get-PageText $Heading text)
    }
}

AfterAll { Pop-Location }

Describe 'The service in ASP.NET' -Tag Slow {
    It 'is built, and answers as the page says' -Skip:($null -ne $noSdk) {
        $project = Join-Path $TestDrive service
        $null = New-Item $project -ItemType Directory
        Set-Content (Join-Path $project service.csproj) (Get-PageText 'A web service' xml)
        Set-Content (Join-Path $project Program.cs) (Get-PageText 'A web service' csharp)
        Copy-Item (Join-Path $folder incidents.onnx) $project
        $built = dotnet build $project -c Release -nologo -v q -p:UseSharedCompilation=false 2>&1 | ForEach-Object ToString
        if ("$built" -match 'NU1301|NU1101') { Set-ItResult -Skipped -Because 'NuGet does not have the package Microsoft.ML.OnnxRuntime here' }
        $LASTEXITCODE | Should -Be 0 -Because ($built -join "`n")
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $address = "http://localhost:$($listener.LocalEndpoint.Port)"
        $listener.Stop()
        $start = [Diagnostics.ProcessStartInfo]::new('dotnet', @((Join-Path $project bin/Release/net10.0/service.dll), '--urls', $address))
        $start.WorkingDirectory = $project
        $start.RedirectStandardOutput = $true
        $start.RedirectStandardError = $true
        $service = [Diagnostics.Process]::Start($start)
        try {
            $said = ''
            while ($said -notlike '*Now listening on*') {
                $line = $service.StandardOutput.ReadLine()
                if ($null -eq $line) { throw "The service ended: $said $($service.StandardError.ReadToEnd())" }
                $said += $line
            }
            $call = (Get-PageText 'A web service' powershell).Replace('http://localhost:5080', $address)
            (& ([scriptblock]::Create($call)) | Out-String).Trim().ReplaceLineEndings("`n") | Should -BeExactly (Get-PageText 'A web service' text)

            # What the page does not show: a row that lacks a column.
            $bad = Invoke-WebRequest "$address/predict" -Method Post -Body '[{"LatencyMs": 1}]' -ContentType application/json -SkipHttpErrorCheck
            $bad.StatusCode | Should -Be 400
            $bad.Content | Should -BeLike '*ErrorPercent*'
        }
        finally {
            $service.Kill($true)
            $service.WaitForExit()
            $service.Dispose()
        }
    }
}

Describe 'The programs in Python' -Tag Slow {
    It 'predict what the page says: <Heading>' -ForEach @(
        @{ Heading = 'Python'; Problem = $noOnnxRuntime }
        @{ Heading = 'Python with NumPy alone'; Problem = $noNumPy }
    ) {
        if ($Problem) { Set-ItResult -Skipped -Because $Problem } else { Invoke-PageProgram $Heading }
    }
}

Describe 'The page' {
    It 'has each block in this test' {
        ($blocks | Where-Object Kind | ForEach-Object { "$($_.Heading): $($_.Kind)" }) | Should -BeExactly @(
            'A web service: xml', 'A web service: csharp', 'A web service: powershell', 'A web service: text'
            'Python: python', 'Python: text', 'Python with NumPy alone: python', 'Python with NumPy alone: text')
    }
}
