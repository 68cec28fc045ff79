using Sillage.Api.Problems;

namespace Sillage.Accounts.PersonalData;

/// <summary>Moves a problem of a part to its place in the whole.</summary>
internal static class ProblemPointers
{
    public static Problem Under(this Problem problem, string pointer) =>
        Problem.Of(
            problem.Status,
            problem.Title,
            problem.Detail,
            [.. (problem.Errors ?? []).Select(error => error with { Pointer = pointer + error.Pointer })]
        );
}
