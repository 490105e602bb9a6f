namespace PSAutodiff;

/// <summary>How a gradient g becomes a step of the parameters w, with the learning rate r.</summary>
public enum TrainingOptimizer
{
    /// <summary>w -= r g.</summary>
    GradientDescent,

    /// <summary>v = m v + g; w -= r v, with momentum m.</summary>
    Momentum,

    /// <summary>v = m v + g; w -= r (g + m v) (Sutskever et al., 2013, in the form without a shifted point).</summary>
    Nesterov,

    /// <summary>s = 0.99 s + 0.01 g^2; w -= r g / (sqrt(s) + 1e-8) (Tieleman and Hinton, 2012).</summary>
    RMSProp,

    /// <summary>Adam with 0.9, 0.999 and 1e-8 and bias correction (Kingma and Ba, 2015).</summary>
    Adam,

    /// <summary>Adam with decay apart from the gradient: w = w (1 - r decay) before the step (Loshchilov and Hutter, 2019).</summary>
    AdamW,

    /// <summary>Limited-memory BFGS with a line search, over all rows in each step (Liu and Nocedal, 1989). It needs no learning rate.</summary>
    LBFGS,
}
