using Sillage.Api.Access;

namespace Sillage.Hosting.Pages;

/// <summary>
/// A page of the console that a module brings: its script is embedded in the module's assembly under the name
/// <c>console/{name}.js</c>, and defines the element <c>page-{name}</c>. It is shown at <c>/console/{name}</c> and below.
/// </summary>
/// <param name="Name">What it is called in its address: lower case letters.</param>
/// <param name="Order">Its place in the navigation: the smallest first.</param>
/// <param name="English">What the navigation calls it.</param>
/// <param name="French">The same in French.</param>
public sealed record ConsolePage(string Name, int Order, string English, string French)
{
    /// <summary>
    /// Who is led to it: holders of one of these permissions; all, if there is none. What the page shows is up to the routes that it
    /// asks, which are open to nobody by this.
    /// </summary>
    public IReadOnlyList<Permission> For { get; init; } = [];

    /// <summary>
    /// Where it is, if it is no page of the console but one that the module serves itself: the navigation leads there. Default: none.
    /// </summary>
    public string? Elsewhere { get; init; }

    /// <summary>
    /// Whether <c>/{name}</c> leads there too: the address that people, mails and notifications are given. Default: no.
    /// </summary>
    public bool IsGivenToPeople { get; init; }

    /// <summary>
    /// Where the navigation hears how many things wait there for whoever looks: server-sent events whose data has <c>unread</c>, a number.
    /// Default: nowhere.
    /// </summary>
    public string? Counts { get; init; }
}
