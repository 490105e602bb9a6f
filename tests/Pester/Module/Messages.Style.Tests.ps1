# What a program can see of the style of messages: the string literals of the sources.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    # The literals of a syntax tree as text, with {} for what is computed. PowerShell brings the compiler for Add-Type.
    function Get-Literal([object]$Node) {
        if ($Node -is [Microsoft.CodeAnalysis.CSharp.Syntax.InterpolatedStringExpressionSyntax]) {
            -join @($Node.Contents | ForEach-Object { $_ -is [Microsoft.CodeAnalysis.CSharp.Syntax.InterpolatedStringTextSyntax] ? $_.TextToken.ValueText : '{}' })
        }
        else { $Node.Token.ValueText }
    }

    function Get-Message([string]$Code) {
        $tree = [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText($Code)
        $all = $tree.GetRoot().DescendantNodes()
        $whole = [Linq.Enumerable]::OfType[Microsoft.CodeAnalysis.CSharp.Syntax.InterpolatedStringExpressionSyntax]($all)
        $plain = [Linq.Enumerable]::OfType[Microsoft.CodeAnalysis.CSharp.Syntax.LiteralExpressionSyntax]($all)
        foreach ($node in @($whole) + @($plain).Where({ $_.Token.Value -is [string] })) {
            $text = Get-Literal $node
            if ([regex]::Matches($text, '[A-Za-z]{2,}').Count -lt 3) { continue }
            $creation = $node.Parent -is [Microsoft.CodeAnalysis.CSharp.Syntax.ArgumentSyntax] ? $node.Parent.Parent.Parent : $null
            $isWhole = $creation -is [Microsoft.CodeAnalysis.CSharp.Syntax.ObjectCreationExpressionSyntax] -and "$($creation.Type)" -eq 'AutodiffException' -and $creation.ArgumentList.Arguments.IndexOf($node.Parent) -eq 1
            [pscustomobject]@{ Line = $tree.GetLineSpan($node.Span).StartLinePosition.Line + 1; Text = $text; IsWhole = $isWhole }
        }
    }

    # Words that the style replaces, and two blanks but for an indent: "There is no" is the one "no" that is left.
    $words = '(?<!\bthere )\b(is|are) no\b(?! longer)', '\bmostly\b', '\ba training\b(?! (run|row|step|loss|set))', '\btrainings\b', '\bthe most (are|steps|rows)\b', '\bfor so many\b', '\bwhoever\b',
    '\bmisspelt\b', '\w(nim|xim|optim|normal|standard)is(e|es|ed|ing|er)\b', '\b(colour|behaviour|neighbour|labelled|licence)', '\bstart values?\b', '\belse than\b', '\bfor ever\b', '\b(given|known) are\b', '\bdie away\b', '\btell apart\b', '\S  '

    function Get-Fault([string]$Code) {
        foreach ($message in Get-Message $Code) {
            # Code of other languages has several lines.
            if ($message.Text.Contains("`n") -and -not $message.IsWhole) { continue }
            foreach ($word in $words) { if ($message.Text -match $word) { "line $($message.Line): '$($Matches[0])' in: $($message.Text)" } }
            if (-not $message.IsWhole) { continue }
            # Two messages are those of a course, letter by letter.
            if ($message.Text -in 'division by zero', 'logarithm of non-positive number') { continue }
            if ($message.Text -cnotmatch '^[\p{Lu}{''\-\[\d]') { "line $($message.Line): begins small: $($message.Text)" }
            if ($message.Text -notmatch '[.?}]$|[Ff]or example: |\$rows \| ') { "line $($message.Line): no full stop: $($message.Text)" }
            if ($message.Text -match '[\r\n]') { "line $($message.Line): several lines: $($message.Text)" }
        }
    }
}

Describe 'The lint of messages' {
    It 'sees <Fault>' -ForEach @(
        @{ Fault = 'in'; Code = 'class A { string M(int i) => $"The value {i} is no number here."; }' }
        @{ Fault = 'in'; Code = 'class A { string M => "Is a name misspelt here?"; }' }
        @{ Fault = 'begins small'; Code = 'class A { object M() => new AutodiffException(Id, $"the file {x} is damaged."); }' }
        @{ Fault = 'no full stop'; Code = 'class A { object M() => new AutodiffException(Id, "The file is damaged"); }' }
        @{ Fault = 'several lines'; Code = 'class A { object M() => new AutodiffException(Id, "The file\nis damaged."); }' }
    ) {
        @(Get-Fault $Code) | Should -HaveCount 1
        Get-Fault $Code | Should -BeLike "line 1:*$Fault*"
    }

    It 'leaves what is right' {
        Get-Fault 'class A { object M() => new AutodiffException(Id, $"There is no file {x}. Is the name right?"); string N => "is not a number"; }' | Should -BeNullOrEmpty
    }
}

Describe 'The messages of <_>' -ForEach 'src/PSAutodiff', 'src/PSAutodiff.Engine', 'src/PSAutodiff.LinearAlgebra' {
    It 'keep the style' {
        $folder = Join-Path $repositoryRoot $_
        $faults = foreach ($file in Get-ChildItem $folder -Filter *.cs -Recurse | Where-Object FullName -NotMatch '[\\/](obj|bin)[\\/]') {
            foreach ($fault in Get-Fault (Get-Content $file -Raw)) { "$([IO.Path]::GetRelativePath($folder, $file)) $fault" }
        }
        $faults | Should -BeNullOrEmpty
    }
}
