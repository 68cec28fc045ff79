using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Sillage.Api.Problems;

namespace Sillage.Collections.Declared;

/// <summary>
/// Which addresses of its own a collection may have: one segment at the root or below <c>/api</c> that is no beginning of an address of the server. A route of the
/// server goes before them all the same, should it get one later.
/// </summary>
internal static partial class PathRules
{
    /// <summary>The most that there may be.</summary>
    public const int Most = 1000;

    private const string Api = "/api/";

    private static readonly FrozenSet<string> AtRoot = Words(
        """
        admin api apps assets auth batch chat collections concept2 confirm-address console docs events favicon files graphql grpc health internal live
        login logout messaging metrics notifications oauth openapi register reset-password robots rowing search service services session sessions setup
        socket static status swagger unsubscribe web well-known ws xapi
        """
    );

    private static readonly FrozenSet<string> BelowApi = Words(
        "admin auth collections comments docs health internal metrics notifications openapi posts tags users"
    );

    /// <summary>What is wrong with an address; null if nothing is.</summary>
    public static FieldError? Check(string path)
    {
        var isApi = path.StartsWith(Api, StringComparison.Ordinal);
        var name = isApi ? path[Api.Length..] : path[Math.Min(1, path.Length)..];
        return !Pattern().IsMatch(path)
                ? new FieldError(
                    "/path",
                    "'/name' or '/api/name' is expected, the name of 2 to 64 letters a to z, digits, '-' and '_', of which the first is a letter."
                )
            : (isApi ? BelowApi : AtRoot).Contains(name) || (isApi && Version().IsMatch(name))
                ? new FieldError("/path", "This is kept for the server's own addresses.")
            : null;
    }

    private static FrozenSet<string> Words(string text) =>
        text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    [GeneratedRegex(
        @"\A/(?:api/)?[a-z][a-z0-9_\-]{1,63}\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\Av[0-9]+\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
