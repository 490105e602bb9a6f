<#
.SYNOPSIS
    Builds the help that Get-Help shows from the Markdown pages.
.DESCRIPTION
    Writes PSAutodiff.dll-Help.xml (from the pages of the cmdlets) and a *.help.txt for every about page. Microsoft.PowerShell.PlatyPS
    reads the pages and writes the XML; what it leaves out or garbles is put right here: code and output of the examples,
    paragraphs, lists, default values, links. A page that lacks something ends the build with a list of everything that is missing.
.PARAMETER Source
    The folder of the pages: one <Cmdlet>.md for each cmdlet, about_*.md, nothing else.
.PARAMETER Destination
    The folder en-US of the built module. With a manifest in the folder above, the pages have to be those of its cmdlets.
.EXAMPLE
    docs/build-help.ps1 -Source docs/en-US -Destination out/PSAutodiff/en-US
#>
[CmdletBinding()]
param(
    [string]$Source = (Join-Path $PSScriptRoot 'en-US'),
    [string]$Destination = (Join-Path $PSScriptRoot '../out/PSAutodiff/en-US')
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$helpFile = 'PSAutodiff.dll-Help.xml'
# Get-Help breaks lines wherever the screen ends, within words too, so all text comes wrapped for 80 columns.
$aboutWidth = 78
$textWidth = 75         # Get-Help indents by 4,
$parameterWidth = 71    # and by 8 what it says about parameters, inputs and outputs and in the notes.
$fixedSpace = [char]0xA0
$maml = @{
    maml    = 'http://schemas.microsoft.com/maml/2004/10'
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    dev     = 'http://schemas.microsoft.com/maml/dev/2004/10'
}

#region Markdown to plain text

# The text of a line without the marks of Markdown. What stands in backticks is left as it is, and is not broken.
function ConvertTo-PlainText([string]$Markdown) {
    $pieces = $Markdown -split '`'
    for ($i = 0; $i -lt $pieces.Count; $i++) {
        $pieces[$i] = if ($i % 2) { $pieces[$i].Replace(' ', $fixedSpace) }
        else { $pieces[$i] -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '\*\*(.+?)\*\*', '$1' -replace '\\([\\*_|<>\[\]])', '$1' }
    }
    -join $pieces
}

# Wraps at spaces; lines after the first get the indent.
function Split-Line([string]$Text, [int]$Width, [string]$Indent = '') {
    $line = ''
    foreach ($word in $Text -split ' +') {
        if ($line.Trim() -and $line.Length + 1 + $word.Length -gt $Width) {
            $line.Replace($fixedSpace, ' ')
            $line = $Indent + $word
        }
        else { $line = if ($line) { "$line $word" } else { $word } }
    }
    $line.Replace($fixedSpace, ' ')
}

# The blocks of a Markdown text: objects with Kind (Paragraph, List, Code, Table, Heading), Lines and Info.
function Get-MarkdownBlock([string]$Markdown) {
    $kind = ''
    $info = ''
    $lines = [Collections.Generic.List[string]]::new()
    foreach ($line in @($Markdown -split '\r?\n') + '') {
        $starts = switch -Regex ($line) {
            '^\s*$' { 'Blank'; break }
            '^```' { 'Code'; break }
            '^#+ ' { 'Heading'; break }
            '^- ' { 'List'; break }
            '^\|' { 'Table'; break }
            default { 'Paragraph' }
        }
        if ($kind -eq 'Code' -and $starts -ne 'Code') { $lines.Add($line); continue }
        $ends = $kind -and ($kind -eq 'Code' -or $starts -in 'Blank', 'Heading', 'Code' -or ($kind -ne $starts -and $kind -ne 'List'))
        if ($ends) {
            [pscustomobject]@{ Kind = $kind; Info = $info; Lines = $lines.ToArray() }
            $lines.Clear()
            $kind = if ($kind -eq 'Code') { 'Done' } else { '' }
        }
        if ($starts -eq 'Blank' -or $kind -eq 'Done') { $kind = ''; continue }
        if (-not $kind) {
            $kind = $starts
            $info = $line.TrimStart('`')
        }
        if ($starts -ne 'Code') { $lines.Add($line) }
    }
    if ($kind) { throw "a code block is not closed" }
}

# The items of a list, a line for each.
function Get-ListItem([string[]]$Lines) {
    $item = ''
    foreach ($line in $Lines) {
        if ($line.StartsWith('- ') -and $item) { $item; $item = '' }
        $item += if ($item) { ' ' + $line.Trim() } else { $line.Trim() }
    }
    $item
}

# Paragraphs for Get-Help.
function ConvertTo-Paragraph([string]$Markdown, [int]$Width = $textWidth) {
    foreach ($block in Get-MarkdownBlock $Markdown) {
        switch ($block.Kind) {
            'Paragraph' { (Split-Line (ConvertTo-PlainText ($block.Lines.Trim() -join ' ')) $Width) -join "`n" }
            'List' { (Get-ListItem $block.Lines | ForEach-Object { Split-Line (ConvertTo-PlainText $_) $Width '  ' }) -join "`n" }
            default { throw "a block of kind $($block.Kind) stands where only paragraphs and lists can" }
        }
    }
}

# A table as columns; the last column is wrapped. Where that leaves too little of the width, each row is a paragraph: its first cell, and the others with their heads below.
function ConvertTo-TextTable([string[]]$Lines) {
    $rows = foreach ($line in $Lines -notmatch '^\|[\s:|-]+\|$') {
        # A bar inside a cell is written \|.
        , @($line.Trim() -replace '^\||\|$' -split '(?<!\\)\|' | ForEach-Object { ConvertTo-PlainText $_.Trim() })
    }
    $last = $rows[0].Count - 1
    $widths = @(for ($i = 0; $i -lt $last; $i++) { ($rows | ForEach-Object { $_[$i].Length } | Measure-Object -Maximum).Maximum })
    $indent = ' ' * (($widths | Measure-Object -Sum).Sum + 2 * $last)
    if ($indent.Length -gt $aboutWidth - 10) {
        $headWidth = ($rows[0] | Select-Object -Skip 1 | ForEach-Object Length | Measure-Object -Maximum).Maximum
        $indent = ' ' * ($headWidth + 6)
        foreach ($row in $rows | Select-Object -Skip 1) {
            $row[0]
            for ($i = 1; $i -le $last; $i++) {
                $wrapped = @(Split-Line $row[$i] ($aboutWidth - $indent.Length))
                '    ' + $rows[0][$i].PadRight($headWidth + 2) + $wrapped[0]
                $wrapped | Select-Object -Skip 1 | ForEach-Object { $indent + $_ }
            }
        }
        return
    }
    $underlines = @($widths | ForEach-Object { '-' * $_ }) + ('-' * $rows[0][$last].Length)
    foreach ($row in @(, $rows[0]) + @(, $underlines) + $rows[1..($rows.Count - 1)]) {
        $head = (-join $(for ($i = 0; $i -lt $last; $i++) { $row[$i].PadRight($widths[$i] + 2) })).Replace($fixedSpace, ' ')
        $wrapped = @(Split-Line $row[$last] ($aboutWidth - $indent.Length))
        ($head + $wrapped[0]).TrimEnd()
        $wrapped | Select-Object -Skip 1 | ForEach-Object { $indent + $_ }
    }
}

# An about page as the text that Get-Help shows: the name first, the short description in line 5, where Get-Help looks for it.
function ConvertTo-AboutText([string]$Markdown, [string]$Name) {
    $blocks = @(Get-MarkdownBlock ($Markdown -replace '(?s)\A---\r?\n.*?\n---\r?\n'))
    $titles = @($blocks | Where-Object Kind -EQ 'Heading' | Select-Object -First 2 | ForEach-Object { $_.Lines[0] -replace '^#+ ' })
    if ($blocks.Count -lt 4 -or $titles.Count -lt 2 -or $titles[0] -cne $Name -or $titles[1] -ne 'Short description' -or $blocks[2].Kind -ne 'Paragraph') {
        throw "the page has to begin with '# $Name', '## Short description' and a sentence"
    }
    $text = foreach ($block in $blocks) {
        switch ($block.Kind) {
            'Heading' {
                $level, $heading = $block.Lines[0] -split ' ', 2
                $heading = Split-Line (ConvertTo-PlainText $heading) $aboutWidth
                if ($level -eq '##') { $heading.ToUpperInvariant() } else { $heading }
            }
            'Paragraph' { Split-Line (ConvertTo-PlainText ($block.Lines.Trim() -join ' ')) $aboutWidth }
            'List' { Get-ListItem $block.Lines | ForEach-Object { Split-Line (ConvertTo-PlainText $_) $aboutWidth '  ' } }
            'Table' { ConvertTo-TextTable $block.Lines }
            'Code' { $block.Lines | ForEach-Object { "    $_".TrimEnd() } }
        }
        ''
    }
    if ($text[5]) { throw 'the short description has to fit in one line' }
    if ($long = $text | Where-Object Length -GT 80 | Select-Object -First 1) { throw "this line does not fit in 80 columns: $($long.Trim())" }
    ($text -join "`n").TrimEnd() + "`n"
}

# An example: one code block, then what explains it; the output of the code is a block of its own.
function ConvertTo-Example($Example) {
    $blocks = @(Get-MarkdownBlock $Example.Remarks)
    $code = @($blocks | Where-Object { $_.Kind -eq 'Code' -and $_.Info -eq 'powershell' })
    if ($code.Count -ne 1 -or -not ($code[0].Lines -join '').Trim()) { throw "'$($Example.Title)' needs one block of code (``````powershell)" }
    if ($code[0].Lines | Where-Object Length -GT $textWidth) { throw "'$($Example.Title)' has lines of code wider than $textWidth columns" }
    $remarks = foreach ($block in $blocks) {
        if ($block -eq $code[0]) { continue }
        if ($block.Kind -eq 'Code') { $block.Lines -join "`n" } else { ConvertTo-Paragraph ($block.Lines -join "`n") }
    }
    if (-not $remarks) { throw "'$($Example.Title)' needs its output or a remark" }
    [pscustomobject]@{ Title = Split-Line (ConvertTo-PlainText $Example.Title) 200; Code = $code[0].Lines -join "`n"; Remarks = @($remarks) }
}

#endregion

#region XML

# Fills an element with paragraphs in place of what it holds.
function Write-Paragraph([Xml.XmlElement]$Element, [string[]]$Paragraph) {
    $Element.IsEmpty = $true
    foreach ($text in $Paragraph) {
        $para = $Element.AppendChild($Element.OwnerDocument.CreateElement('maml', 'para', $maml.maml))
        $para.InnerText = $text
    }
}

# Puts right what PlatyPS made of one page.
function Repair-Command([Xml.XmlElement]$Command, $Help, [Xml.XmlNamespaceManager]$Namespaces) {
    $find = { param($path, $node = $Command) $node.SelectSingleNode($path, $Namespaces) }
    $all = { param($path, $node = $Command) $node.SelectNodes($path, $Namespaces) }
    Write-Paragraph (& $find 'command:details/maml:description') (ConvertTo-Paragraph $Help.Synopsis)
    Write-Paragraph (& $find 'maml:description') (ConvertTo-Paragraph $Help.Description)
    foreach ($parameter in $Help.Parameters) {
        $node = & $find "command:parameters/command:parameter[maml:name='$($parameter.Name)']"
        Write-Paragraph (& $find 'maml:description' $node) (ConvertTo-Paragraph $parameter.Description $parameterWidth)
        # A switch has no value.
        if ($value = & $find 'command:parameterValue' $node) {
            $value.InnerText = $parameter.Type -replace '^System\.Nullable`1\[(.+)\]$', '$1' -replace '^.*\.'
        }
        if ($parameter.DefaultValue) {
            $default = $node.AppendChild($Command.OwnerDocument.CreateElement('dev', 'defaultValue', $maml.dev))
            $default.InnerText = $parameter.DefaultValue
        }
    }
    foreach ($kind in @{ Path = 'command:inputTypes/command:inputType'; Items = $Help.Inputs }, @{ Path = 'command:returnValues/command:returnValue'; Items = $Help.Outputs }) {
        $nodes = @(& $all $kind.Path)
        for ($i = 0; $i -lt $nodes.Count; $i++) { Write-Paragraph (& $find 'maml:description' $nodes[$i]) (ConvertTo-Paragraph $kind.Items[$i].Description $parameterWidth) }
    }
    if ($notes = & $find 'maml:alertSet/maml:alert') { Write-Paragraph $notes (ConvertTo-Paragraph $Help.Notes $parameterWidth) }
    $nodes = @(& $all 'command:examples/command:example')
    for ($i = 0; $i -lt $nodes.Count; $i++) {
        $example = ConvertTo-Example $Help.Examples[$i]
        (& $find 'maml:title' $nodes[$i]).InnerText = "--------- $($example.Title) ---------"
        (& $find 'maml:introduction' $nodes[$i]).IsEmpty = $true
        (& $find 'dev:code' $nodes[$i]).InnerText = $example.Code
        # The empty paragraph at the end keeps the next title apart.
        Write-Paragraph (& $find 'dev:remarks' $nodes[$i]) ($example.Remarks + '')
    }
    foreach ($link in @(& $all 'command:relatedLinks/maml:navigationLink')) {
        $uri = & $find 'maml:uri' $link
        if ((& $find 'maml:linkText' $link).InnerText -eq 'Online Version') { $null = $link.ParentNode.RemoveChild($link) }
        elseif ($uri.InnerText -notmatch '^https?:') { $uri.InnerText = '' }
    }
}

#endregion

# What a page lacks, in words.
function Get-Gap($Help) {
    foreach ($part in 'Synopsis', 'Description') {
        if (-not "$($Help.$part)".Trim()) { "has no $($part.ToLowerInvariant())" }
    }
    if ("$($Help.Synopsis)".Length -gt $textWidth) { "has a synopsis of more than $textWidth characters" }
    foreach ($parameter in $Help.Parameters) {
        if (-not "$($parameter.Description)".Trim()) { "does not describe the parameter -$($parameter.Name)" }
    }
    foreach ($part in 'Inputs', 'Outputs') {
        if (-not $Help.$part -or @($Help.$part | Where-Object { -not "$($_.Description)".Trim() })) { "does not describe its $($part.ToLowerInvariant())" }
    }
    if (@($Help.Examples).Count -lt 2) { 'has fewer than two examples' }
    try { $Help.Examples | ForEach-Object { $null = ConvertTo-Example $_ } }
    catch { "example $_" }
}

if (-not (Test-Path -LiteralPath $Source -PathType Container)) { throw "There is no folder of help pages '$Source'." }
Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0.0 -Verbose:$false
$gaps = [Collections.Generic.List[string]]::new()
$commands = [Collections.Generic.List[object]]::new()
$abouts = [ordered]@{}
foreach ($file in Get-ChildItem -LiteralPath $Source -Filter *.md | Sort-Object Name -Culture '') {
    $text = Get-Content -LiteralPath $file -Raw
    if ($text -match '\{\{[^}]*') { $gaps.Add("$($file.Name) still holds the template's '$($Matches[0])'") }
    try {
        if ($file.BaseName -like 'about_*') {
            $abouts[$file.BaseName] = ''
            $abouts[$file.BaseName] = ConvertTo-AboutText $text $file.BaseName
            continue
        }
        $help = Import-MarkdownCommandHelp -LiteralPath $file.FullName
        if ($help.Title -cne $file.BaseName) { $gaps.Add("$($file.Name) is the page of '$($help.Title)'") }
        Get-Gap $help | ForEach-Object { $gaps.Add("$($file.Name) $_") }
        $commands.Add($help)
    }
    catch { $gaps.Add("$($file.Name): $_") }
}
if ($commands.Count -eq 0) { $gaps.Add("there is no page of a cmdlet in $Source") }
if ($abouts.Count -eq 0) { $gaps.Add("there is no about page in $Source") }
$manifest = Join-Path $Destination '../PSAutodiff.psd1'
if (Test-Path -LiteralPath $manifest) {
    $cmdlets = (Import-PowerShellDataFile -LiteralPath $manifest).CmdletsToExport
    $cmdlets | Where-Object { $_ -notin $commands.Title } | ForEach-Object { $gaps.Add("$_ has no page ($_.md)") }
    $commands.Title | Where-Object { $_ -notin $cmdlets } | ForEach-Object { $gaps.Add("$_.md describes a cmdlet that the module does not export") }
}
if ($gaps.Count -gt 0) { throw "The help pages are incomplete:`n  $($gaps -join "`n  ")" }

$null = New-Item $Destination -ItemType Directory -Force
$encoding = [Text.UTF8Encoding]::new($false)
$work = [IO.Directory]::CreateTempSubdirectory('psautodiff-help-').FullName
try {
    # PlatyPS puts the file into a folder named after the module, where Get-Help does not look.
    $made = $commands | Export-MamlCommandHelp -OutputFolder $work -Force
    $document = [Xml.XmlDocument]::new()
    $document.Load(@($made)[0].FullName)
}
finally { Remove-Item -LiteralPath $work -Recurse -Force }

$namespaces = [Xml.XmlNamespaceManager]::new($document.NameTable)
foreach ($prefix in $maml.Keys) { $namespaces.AddNamespace($prefix, $maml[$prefix]) }
foreach ($help in $commands) {
    $node = $document.DocumentElement.SelectSingleNode("command:command[command:details/command:name='$($help.Title)']", $namespaces)
    try { Repair-Command $node $help $namespaces }
    catch { throw "The help page $($help.Title).md could not be built: $_" }
}
$settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = $encoding }
$writer = [Xml.XmlWriter]::Create((Join-Path (Convert-Path -LiteralPath $Destination) $helpFile), $settings)
try { $document.Save($writer) }
finally { $writer.Dispose() }
foreach ($name in $abouts.Keys) {
    [IO.File]::WriteAllText((Join-Path (Convert-Path -LiteralPath $Destination) "$name.help.txt"), $abouts[$name], $encoding)
}
