namespace Sillage.Api.Problems;

/// <summary>Carries a problem out of a place that cannot return one: a parameter's binder, a unit of work that must roll back.</summary>
public sealed class ProblemException : Exception
{
    /// <summary>Ends the request with <paramref name="problem"/>.</summary>
    public ProblemException(Problem problem)
        : base(problem?.Detail) => Problem = problem ?? throw new ArgumentNullException(nameof(problem));

    /// <summary>What the client is told.</summary>
    public Problem Problem { get; }
}
