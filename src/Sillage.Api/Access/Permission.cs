namespace Sillage.Api.Access;

/// <summary>
/// What a caller may do, whatever the study or room. A role is a set of these; an API key holds some of its owner's. Each module brings
/// its own; rights within one study or room are the business of the module that owns it.
/// </summary>
/// <param name="Name">What it is called by API keys and documents: lower case, as in <c>accounts.read</c>.</param>
/// <param name="Roles">The roles that hold it, see <see cref="Role"/>. Administrators hold every permission and need not be named.</param>
public sealed record Permission(string Name, params IReadOnlyList<string> Roles)
{
    /// <summary>Look after what is one's own: account, API keys, sessions, consent. Everybody holds it.</summary>
    public static Permission Self { get; } = new("self", Role.Researcher, Role.Member);
}
