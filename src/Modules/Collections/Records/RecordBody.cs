using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;

namespace Sillage.Collections.Records;

/// <summary>What slices ask of a body that is a record.</summary>
internal static class RecordBody
{
    /// <summary>Whether it came as XML, which says of a number only that it is text.</summary>
    public static bool IsXml(HttpRequest request) =>
        request.ContentType?.StartsWith("application/xml", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The id that a client gave to a new record; null if it gave none.</summary>
    /// <exception cref="ProblemException">400: it is no id.</exception>
    public static Guid? IdOf(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("id", out var id))
        {
            return null;
        }

        return id.ValueKind == JsonValueKind.String && Guid.TryParseExact(id.GetString(), "D", out var given)
            ? given
            : throw new ProblemException(
                Problem.BadRequest(
                    "The record is not valid; 'errors' names each field.",
                    new FieldError("/id", "A UUID such as 019337d6-0f8a-7c4e-9d3b-2f6a51c0e8b7 is expected.")
                )
            );
    }

    /// <summary>409: another record took a unique value at the same time.</summary>
    public static Problem Taken() =>
        Problem.Conflict("Another record has the same id, or the same value of a unique field.");
}
