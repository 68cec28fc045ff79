using System.Globalization;

namespace Sillage.Traces.Tsadk;

/// <summary>A participant as a TSADK user.</summary>
/// <param name="Uri">His address; in lists only.</param>
/// <param name="Id">His number in the study.</param>
/// <param name="Username">His account's user name.</param>
public sealed record TsadkUser(string? Uri, long Id, string Username)
{
    internal static string AddressOf(string study, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{TsadkStudy.AddressOf(study)}/users/{number}");
}
