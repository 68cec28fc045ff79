using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;

namespace Sillage.Rowing.Records;

/// <summary>Words of enumerations in a query.</summary>
internal static class WordQuery
{
    /// <summary>The word of a query parameter; null where there is none.</summary>
    /// <exception cref="ProblemException">400: it is none of the words.</exception>
    public static T? Read<T>(HttpRequest request, string name)
        where T : struct, Enum
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (Word.Of(value) == text)
            {
                return value;
            }
        }

        var words = string.Join(", ", Enum.GetValues<T>().Select(value => Word.Of(value)));
        throw new ProblemException(
            Problem.BadRequest("A query parameter is not valid.", new FieldError("?" + name, $"One of {words}."))
        );
    }
}
