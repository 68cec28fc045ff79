namespace Sillage.Api.Documentation;

/// <summary>A module as the OpenAPI document sees it: routes of its assembly stand under its name.</summary>
/// <param name="Name">The module's name.</param>
/// <param name="Type">The module's class, whose summary describes it.</param>
public sealed record DocumentedModule(string Name, Type Type);
