# The scheme of micrograd (https://github.com/karpathy/micrograd, MIT) as PowerShell classes: a value remembers what it was made of, and
# Backward() goes through all of them from the last to the first. Dot-source this file.
class Value {
    [double]$Data
    [double]$Grad
    [string]$Op
    [Value[]]$Previous

    Value([double]$data) { $this.Data = $data; $this.Previous = @() }
    Value([double]$data, [string]$op, [Value[]]$previous) { $this.Data = $data; $this.Op = $op; $this.Previous = $previous }

    static [Value] op_Addition([Value]$a, [Value]$b) { return [Value]::new($a.Data + $b.Data, '+', @($a, $b)) }
    static [Value] op_Subtraction([Value]$a, [Value]$b) { return [Value]::new($a.Data - $b.Data, '-', @($a, $b)) }
    static [Value] op_Multiply([Value]$a, [Value]$b) { return [Value]::new($a.Data * $b.Data, '*', @($a, $b)) }
    [Value] Tanh() { return [Value]::new([Math]::Tanh($this.Data), 'tanh', @($this)) }
    [Value] Exp() { return [Value]::new([Math]::Exp($this.Data), 'exp', @($this)) }
    [Value] Log() { return [Value]::new([Math]::Log($this.Data), 'log', @($this)) }

    [void] PushBack() {
        $g = $this.Grad
        $p = $this.Previous
        switch ($this.Op) {
            '+' { $p[0].Grad += $g; $p[1].Grad += $g }
            '-' { $p[0].Grad += $g; $p[1].Grad -= $g }
            '*' { $p[0].Grad += $g * $p[1].Data; $p[1].Grad += $g * $p[0].Data }
            'tanh' { $p[0].Grad += $g * (1 - $this.Data * $this.Data) }
            'exp' { $p[0].Grad += $g * $this.Data }
            'log' { $p[0].Grad += $g / $p[0].Data }
        }
    }

    [void] Backward() {
        $order = [Collections.Generic.List[Value]]::new()
        $this.Visit($order, [Collections.Generic.HashSet[Value]]::new())
        $this.Grad = 1
        for ($i = $order.Count - 1; $i -ge 0; $i--) { $order[$i].PushBack() }
    }

    [void] Visit([Collections.Generic.List[Value]]$order, [Collections.Generic.HashSet[Value]]$seen) {
        if (-not $seen.Add($this)) { return }
        foreach ($one in $this.Previous) { $one.Visit($order, $seen) }
        $order.Add($this)
    }
}
