using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sillage.Api.Problems;

namespace Sillage.Traces.Intake;

/// <summary>
/// The reason of a rejection: all faults of a trace taken together, as a short code. Traces that fail alike share it, so
/// that they can be counted, looked at and dealt with as one.
/// </summary>
internal static partial class Reason
{
    /// <summary>What <c>?reason=</c> takes, in words.</summary>
    public const string Help =
        "Only what was rejected for this reason: a code from the list of reasons. All reasons if left out.";

    /// <summary>The code of these faults: 12 hexadecimal digits.</summary>
    public static string CodeOf(IEnumerable<FieldError> errors)
    {
        var text = new StringBuilder();
        foreach (var fault in errors.Select(Generalise).Distinct().Order(StringComparer.Ordinal))
        {
            text.Append(fault).Append('\n');
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
        return $"{BinaryPrimitives.ReadUInt64BigEndian(hash) >> 16:x12}";
    }

    /// <summary>Ends the request if the filter is no code: an empty one would mean everything to whoever asks, and nothing good.</summary>
    /// <exception cref="ProblemException">400.</exception>
    public static void Check(string? code)
    {
        if (code is not null && !CodePattern().IsMatch(code))
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "The reason is not valid.",
                    new FieldError("?reason", "A code as the list of reasons shows it, or leave it out.")
                )
            );
        }
    }

    // Where in a list a value stands, and where in a line its syntax breaks, makes no other reason.
    private static string Generalise(FieldError error) =>
        $"{PlaceInList().Replace(error.Pointer, "/0")} "
        + (error.Detail.StartsWith(TraceParser.NotJson, StringComparison.Ordinal) ? TraceParser.NotJson : error.Detail);

    [GeneratedRegex(@"/\d+(?=/|\z)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlaceInList();

    // What was rejected before there were codes has the word instead, until it is tried again.
    [GeneratedRegex(@"\A(?:[0-9a-f]{12}|earlier)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodePattern();
}
