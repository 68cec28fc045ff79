using Sillage.Api.Problems;

namespace Sillage.Notifications.Choices;

/// <summary>In which language somebody reads: as asked for, else as the person chose, else that of the server.</summary>
internal static class ReadingLanguage
{
    public const string Help = "`en` or `fr`. Default: as the caller chose, else that of the server.";

    /// <summary>Why not in this one; null if it is one.</summary>
    public static Problem? Refuse(string? asked) =>
        asked is null or "en" or "fr"
            ? null
            : Problem.BadRequest("The language is not known.", new FieldError("?language", "en or fr."));

    public static string Of(string? asked, PersonRow? person, string ofTheServer) =>
        asked ?? person?.Language ?? ofTheServer;
}
