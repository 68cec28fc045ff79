using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sillage.Api.Formats;
using Sillage.Api.Problems;

namespace Sillage.Api.Requests.Reading;

/// <summary>Bytes to a checked value, or to a problem that names everything that is wrong.</summary>
internal static class BodyReader
{
    /// <summary>Reads JSON strictly and checks it against the annotations of <typeparamref name="T"/>.</summary>
    /// <exception cref="ProblemException">400: what is wrong, and where.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json)
    {
        var value = Deserialize<T>(json);
        var errors = new List<FieldError>();
        AnnotationCheck.Run(value, JsonPointer.Root, errors);
        return errors.Count == 0 ? value : throw NotValid(errors);
    }

    /// <summary>The same without the annotations.</summary>
    /// <exception cref="ProblemException">400: what is wrong, and where.</exception>
    public static T Deserialize<T>(ReadOnlyMemory<byte> json)
    {
        var text = JsonText.Sound(json);
        JsonText.RefuseUnstorable(text.Span);
        var type = (JsonTypeInfo<T>)Json.Options.GetTypeInfo(typeof(T));
        try
        {
            return JsonSerializer.Deserialize(text.Span, type)
                ?? throw NotValid([new FieldError(JsonPointer.Root, Expectation.Of(type) + " is expected, not null.")]);
        }
        catch (JsonException e)
        {
            throw JsonText.FindMalformed(text.Span) ?? Diagnose(text, type, e);
        }
    }

    private static ProblemException Diagnose(ReadOnlyMemory<byte> text, JsonTypeInfo type, JsonException refusal)
    {
        var errors = JsonDiagnosis.Of(text, type);
        // A converter with rules of its own refused it: what it says was written for the client.
        return errors.Count > 0
            ? NotValid(errors)
            : NotValid([new FieldError(SerializerPath.ToPointer(refusal.Path), "The value is not valid here.")]);
    }

    private static ProblemException NotValid(IReadOnlyList<FieldError> errors) =>
        new(
            Problem.BadRequest(
                "The body is not valid; 'errors' names each field.",
                [.. errors.Take(Problem.MostErrors)]
            )
        );
}
