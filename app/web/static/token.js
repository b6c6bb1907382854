// A link /login/token#<token> fills the field: what stands after # never reaches a server or its logs.
const token = document.getElementById("token");
if (token && location.hash.length > 1) {
  token.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  document.getElementById("password").focus();
}
