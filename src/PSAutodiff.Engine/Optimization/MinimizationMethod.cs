namespace PSAutodiff;

/// <summary>How a minimum is searched for.</summary>
public enum MinimizationMethod
{
    /// <summary>Steps against the gradient, as long as the learning rate says.</summary>
    GradientDescent,

    /// <summary>Gradient descent with a velocity that keeps a part of the last step (Polyak's heavy ball, 1964).</summary>
    Momentum,

    /// <summary>Steps scaled for each variable by running means of its gradient and of the square of that (Kingma and Ba, 2015).</summary>
    Adam,

    /// <summary>Newton's method with second derivatives, made safe by damping and a line search.</summary>
    Newton,

    /// <summary>Limited-memory BFGS: curvature learned from the last ten steps, with a line search (Nocedal, 1980).</summary>
    LBFGS,

    /// <summary>Newton's whole step, without damping and line search: to the stationary point of the quadratic, be it a saddle or a maximum.</summary>
    PureNewton,
}
