using Sillage.Api.Problems;
using Sillage.Api.Requests.Reading;

namespace Sillage.Api.Requests;

/// <summary>A request that came by another road than a body, read and checked as a body is.</summary>
public static class JsonRequest
{
    /// <summary>Reads JSON strictly and checks it against the annotations of <typeparamref name="T"/>.</summary>
    /// <exception cref="ProblemException">400: what is wrong, and where.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json) => BodyReader.Read<T>(json);

    /// <summary>Refuses what no storage keeps: U+0000 and halves of surrogate pairs.</summary>
    /// <param name="json">Well-formed JSON.</param>
    /// <exception cref="ProblemException">400: where they are.</exception>
    public static void RefuseUnstorable(ReadOnlySpan<byte> json) => JsonText.RefuseUnstorable(json);
}
